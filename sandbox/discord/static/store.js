// What the page knows, and the calls that change it.

export const store = {
  as: "ada",
  where: "guild",
  messages: new Map(),
  unread: { guild: 0, team: 0, dm: 0 },
  pending: new Set(),
  failures: new Map(),
};

export class Refused extends Error {}

export function me() {
  return store.members.find((member) => member.key === store.as);
}

export function whereOf(message) {
  return Object.keys(store.channels).find((where) => store.channels[where] === message.channel_id) ?? "dm";
}

export function placeName(where) {
  if (where === "dm") return store.bot.name;
  return where === "team" ? "#team" : "#general";
}

export function nameOf(id) {
  if (id === store.bot.id) return store.bot.name;
  return store.members.find((member) => member.id === id)?.name ?? "someone";
}

export async function load() {
  const response = await fetch(`/_chat/state?as=${store.as}`);
  if (!response.ok) throw new Refused("The chat could not be loaded");
  const { messages, ...rest } = await response.json();
  Object.assign(store, rest);
  store.messages = new Map(messages.map((message) => [message.id, message]));
}

export async function post(action, body) {
  const response = await fetch(`/_chat/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ as: store.as, where: store.where, ...body }),
  });
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.error ?? "That did not work");
  return answer;
}

// Calls the handlers {message, deleted, commands, people, open, lost}.
export function listen(handlers) {
  const source = new EventSource(`/_chat/events?as=${store.as}`);
  for (const kind of ["message", "deleted", "commands", "people"]) {
    source.addEventListener(kind, (event) => handlers[kind](JSON.parse(event.data)));
  }
  source.addEventListener("hello", () => handlers.open());
  source.addEventListener("error", () => handlers.lost());
  return source;
}
