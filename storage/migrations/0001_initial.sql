-- Times are integers: milliseconds since 1970 in UTC. Ids that go back to Banq are JSON text.

-- `subject` is what a hint is about, a wallet or a transaction; what asks nothing of Banq has none.
-- What is of no kind that is known here is stored as processed.
CREATE TABLE webhook_inbox (
    id           INTEGER PRIMARY KEY,
    lane         TEXT NOT NULL,
    received_at  INTEGER NOT NULL,
    body         BLOB NOT NULL,
    event_id     TEXT,
    kind         TEXT NOT NULL CHECK (kind IN ('approval', 'revocation', 'transaction', 'unknown')),
    subject      TEXT,
    state        TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'processed', 'parked')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_try_at  INTEGER NOT NULL DEFAULT 0,
    error        TEXT,
    processed_at INTEGER,
    CHECK ((processed_at IS NOT NULL) = (state = 'processed')),
    CHECK (state <> 'parked' OR error IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX one_delivery_per_event ON webhook_inbox (lane, event_id) WHERE event_id IS NOT NULL;
CREATE INDEX pending_webhooks ON webhook_inbox (id) WHERE state = 'pending' AND subject IS NULL;
CREATE INDEX pending_hints ON webhook_inbox (next_try_at, id) WHERE state = 'pending' AND subject IS NOT NULL;
CREATE INDEX pending_hints_by_subject ON webhook_inbox (lane, subject, id)
    WHERE state = 'pending' AND subject IS NOT NULL;
CREATE INDEX parked_webhooks ON webhook_inbox (id) WHERE state = 'parked';

-- Ids stand in other tables, and are given out again once the newest row is gone.
CREATE TRIGGER the_newest_webhook_is_kept BEFORE DELETE ON webhook_inbox
WHEN OLD.id = (SELECT max(id) FROM webhook_inbox)
BEGIN
    SELECT RAISE(ABORT, 'the newest webhook cannot be deleted');
END;

CREATE TRIGGER only_processed_webhooks_are_deleted BEFORE DELETE ON webhook_inbox
WHEN OLD.state <> 'processed'
BEGIN
    SELECT RAISE(ABORT, 'a webhook cannot be deleted before it is worked off');
END;

-- How many of each kind were worked off, whether or not they are still kept.
CREATE TABLE webhook_totals (
    lane   TEXT NOT NULL,
    kind   TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    PRIMARY KEY (lane, kind)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER what_is_stored_as_processed_is_counted AFTER INSERT ON webhook_inbox WHEN NEW.state = 'processed'
BEGIN
    INSERT INTO webhook_totals VALUES (NEW.lane, NEW.kind, 1) ON CONFLICT DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER what_is_processed_is_counted AFTER UPDATE OF state ON webhook_inbox
WHEN NEW.state = 'processed' AND OLD.state <> 'processed'
BEGIN
    INSERT INTO webhook_totals VALUES (NEW.lane, NEW.kind, 1) ON CONFLICT DO UPDATE SET number = number + 1;
END;

CREATE TABLE link_sessions (
    id              TEXT PRIMARY KEY,
    token_hash      BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    chat_platform   TEXT NOT NULL CHECK (chat_platform IN ('discord', 'telegram')),
    chat_user_id    TEXT NOT NULL,
    chat_user_name  TEXT NOT NULL,
    chat_avatar_url TEXT,
    state           TEXT NOT NULL CHECK (state IN (
                        'issued', 'opened', 'proven', 'waiting', 'open', 'approved', 'matched', 'linked',
                        'expired', 'cancelled', 'wrong_browser', 'unmatched', 'conflict', 'refused')),
    -- How the browser shows that it is the member's: by signing in to the chat platform, or by the code.
    proof           TEXT NOT NULL CHECK (proof IN ('sign_in', 'code')),
    browser_hash    BLOB UNIQUE CHECK (length(browser_hash) = 32),
    sign_in_hash    BLOB CHECK (length(sign_in_hash) = 32),
    seen_at         INTEGER,
    lane            TEXT,
    waiting_since   INTEGER,
    finish_code     TEXT CHECK (length(finish_code) = 6),
    code_tries_left INTEGER NOT NULL DEFAULT 5 CHECK (code_tries_left >= 0),
    user_guid       TEXT,
    banq_user_id    TEXT,
    nft_count       INTEGER,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    CHECK (state IN ('issued', 'expired', 'cancelled') OR (browser_hash IS NOT NULL AND seen_at IS NOT NULL)),
    CHECK (sign_in_hash IS NULL OR (state = 'opened' AND proof = 'sign_in')),
    CHECK (state <> 'waiting' OR waiting_since IS NOT NULL),
    CHECK (state NOT IN ('open', 'approved', 'matched', 'linked') OR lane IS NOT NULL),
    CHECK (state NOT IN ('matched', 'linked') OR (user_guid IS NOT NULL AND banq_user_id IS NOT NULL)),
    CHECK ((finish_code IS NOT NULL) = (state = 'matched' AND proof = 'code'))
) STRICT;

CREATE UNIQUE INDEX one_live_session_per_chat_user ON link_sessions (chat_platform, chat_user_id)
    WHERE state IN ('issued', 'opened', 'proven', 'waiting', 'open', 'approved', 'matched');
CREATE INDEX live_sessions ON link_sessions (expires_at)
    WHERE state IN ('issued', 'opened', 'proven', 'waiting', 'open', 'approved', 'matched');
CREATE INDEX waiting_line ON link_sessions (waiting_since) WHERE state = 'waiting';
CREATE INDEX sessions_by_chat_user ON link_sessions (chat_platform, chat_user_id, created_at);

-- Only a browser that was opened by a link and has proven itself gets into the line.
CREATE TRIGGER link_sessions_move_forward BEFORE UPDATE OF state ON link_sessions
WHEN NEW.state <> OLD.state AND NOT (
       (OLD.state = 'issued' AND NEW.state IN ('opened', 'expired', 'cancelled'))
    OR (OLD.state = 'opened' AND NEW.state IN ('proven', 'wrong_browser', 'expired', 'cancelled'))
    OR (OLD.state = 'proven' AND NEW.state IN ('waiting', 'expired', 'cancelled'))
    OR (OLD.state = 'waiting' AND NEW.state IN ('open', 'expired', 'cancelled'))
    OR (OLD.state = 'open' AND NEW.state IN (
            'proven', 'approved', 'matched', 'unmatched', 'conflict', 'refused', 'expired', 'cancelled'))
    OR (OLD.state = 'approved' AND NEW.state IN (
            'matched', 'unmatched', 'conflict', 'refused', 'expired', 'cancelled'))
    OR (OLD.state = 'matched' AND NEW.state IN (
            'linked', 'unmatched', 'conflict', 'refused', 'expired', 'cancelled')))
BEGIN
    SELECT RAISE(ABORT, 'a link session cannot be moved that way');
END;

-- Whose a session is, and whose browser, never changes.
CREATE TRIGGER link_sessions_keep_their_owner
BEFORE UPDATE OF id, token_hash, chat_platform, chat_user_id, proof ON link_sessions
BEGIN
    SELECT RAISE(ABORT, 'a link session cannot be given to somebody else');
END;

CREATE TRIGGER link_sessions_keep_their_browser BEFORE UPDATE OF browser_hash ON link_sessions
WHEN OLD.browser_hash IS NOT NULL AND NEW.browser_hash IS NOT OLD.browser_hash
BEGIN
    SELECT RAISE(ABORT, 'a link session cannot be given to another browser');
END;

CREATE TABLE turns (
    id          INTEGER PRIMARY KEY,
    lane        TEXT NOT NULL,
    session_id  TEXT NOT NULL REFERENCES link_sessions (id),
    opened_at   INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    -- What Banq echoes in its webhook, where it does; such a turn needs no lane for itself.
    reference   TEXT UNIQUE CHECK (length(reference) >= 32),
    approved_at INTEGER,
    ended_at    INTEGER,
    end_reason  TEXT CHECK (end_reason IN ('closed', 'expired', 'vanished', 'linked', 'given_up')),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
) STRICT;

CREATE UNIQUE INDEX one_turn_per_lane ON turns (lane) WHERE ended_at IS NULL AND reference IS NULL;
CREATE UNIQUE INDEX one_turn_per_session ON turns (session_id) WHERE ended_at IS NULL;
CREATE INDEX turns_by_session ON turns (session_id);
CREATE INDEX turns_by_lane ON turns (lane, id);
CREATE INDEX ended_turns ON turns (ended_at);

CREATE TABLE grants (
    id           INTEGER PRIMARY KEY,
    -- Of the webhook, which is not kept as long.
    inbox_id     INTEGER NOT NULL UNIQUE,
    lane         TEXT NOT NULL,
    user_guid    TEXT NOT NULL,
    banq_user_id TEXT NOT NULL,
    received_at  INTEGER NOT NULL,
    turn_id      INTEGER REFERENCES turns (id),
    state        TEXT NOT NULL CHECK (state IN ('pending', 'matched', 'unclaimed')),
    CHECK (turn_id IS NOT NULL OR state = 'unclaimed')
) STRICT;

CREATE INDEX grants_by_turn ON grants (turn_id) WHERE turn_id IS NOT NULL;
CREATE INDEX grants_by_wallet ON grants (user_guid, received_at);

CREATE TABLE links (
    id             TEXT PRIMARY KEY,
    chat_platform  TEXT NOT NULL CHECK (chat_platform IN ('discord', 'telegram')),
    chat_user_id   TEXT NOT NULL,
    lane           TEXT NOT NULL,
    user_guid      TEXT NOT NULL,
    banq_user_id   TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('active', 'stale', 'frozen', 'unlinked')),
    session_id     TEXT NOT NULL UNIQUE REFERENCES link_sessions (id),
    linked_at      INTEGER NOT NULL,
    ended_at       INTEGER,
    CHECK ((ended_at IS NOT NULL) = (state = 'unlinked'))
) STRICT;

CREATE UNIQUE INDEX one_link_per_chat_user ON links (chat_platform, chat_user_id) WHERE state <> 'unlinked';
-- A wallet has another userGuid in each lane, and one userId.
CREATE UNIQUE INDEX one_link_per_wallet ON links (chat_platform, user_guid) WHERE state <> 'unlinked';
CREATE UNIQUE INDEX one_link_per_wallet_over_all_lanes ON links (chat_platform, banq_user_id)
    WHERE state <> 'unlinked';
CREATE INDEX links_by_wallet ON links (user_guid);
CREATE INDEX links_by_state ON links (state);
CREATE INDEX links_by_time ON links (linked_at);

-- A frozen link is thawed by a new link only; a link is made of a session that matched that very wallet.
CREATE TRIGGER frozen_stays_frozen BEFORE UPDATE OF state ON links
WHEN OLD.state = 'frozen' AND NEW.state NOT IN ('frozen', 'unlinked')
BEGIN
    SELECT RAISE(ABORT, 'a frozen link cannot be thawed');
END;

CREATE TRIGGER links_come_from_their_session BEFORE INSERT ON links
WHEN NOT EXISTS (
    SELECT 1 FROM link_sessions
    WHERE id = NEW.session_id AND state = 'matched'
      AND chat_platform = NEW.chat_platform AND chat_user_id = NEW.chat_user_id
      AND lane = NEW.lane AND user_guid = NEW.user_guid AND banq_user_id = NEW.banq_user_id)
BEGIN
    SELECT RAISE(ABORT, 'a link needs a session that matched this wallet for this user');
END;

-- Whose wallet a link is never changes: another wallet is another link.
CREATE TRIGGER links_keep_their_wallet
BEFORE UPDATE OF chat_platform, chat_user_id, lane, user_guid, banq_user_id, session_id ON links
BEGIN
    SELECT RAISE(ABORT, 'a link cannot be moved to another wallet or user');
END;

CREATE TRIGGER unlinked_stays_unlinked BEFORE UPDATE OF state ON links
WHEN OLD.state = 'unlinked' AND NEW.state <> 'unlinked'
BEGIN
    SELECT RAISE(ABORT, 'an ended link cannot come back');
END;

CREATE TABLE withdrawals (
    id                  TEXT PRIMARY KEY,
    link_id             TEXT NOT NULL REFERENCES links (id),
    chat_platform       TEXT NOT NULL,
    chat_user_id        TEXT NOT NULL,
    lane                TEXT NOT NULL,
    user_guid           TEXT NOT NULL,
    banq_user_id        TEXT NOT NULL,
    token_data_id       TEXT NOT NULL,
    source_banq         TEXT NOT NULL,
    nft_name            TEXT NOT NULL,
    nft_details         TEXT NOT NULL DEFAULT '',
    nft_image_url       TEXT,
    chain               TEXT,
    amount              INTEGER NOT NULL CHECK (amount > 0),
    network             TEXT NOT NULL,
    address             TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN (
                            'draft', 'confirmed', 'submitting', 'awaiting_owner', 'processing', 'completed',
                            'cancelled', 'expired', 'refused', 'failed', 'unknown')),
    banq_transaction_id TEXT,
    transaction_hash    TEXT,
    reason              TEXT,
    banq_message        TEXT,
    next_check_at       INTEGER NOT NULL DEFAULT 0,
    checks              INTEGER NOT NULL DEFAULT 0,
    created_at          INTEGER NOT NULL,
    expires_at          INTEGER NOT NULL,
    confirmed_at        INTEGER,
    -- Whether the owner typed the end of a new address once more, and how many of the NFT were held then.
    retyped             INTEGER NOT NULL DEFAULT 0 CHECK (retyped IN (0, 1)),
    held_when_confirmed INTEGER CHECK (held_when_confirmed >= amount),
    updated_at          INTEGER NOT NULL,
    -- When Banq last said anything about it, and since when its NFT was seen to be gone.
    heard_at            INTEGER NOT NULL,
    gone_since          INTEGER,
    CHECK ((confirmed_at IS NULL) = (held_when_confirmed IS NULL)),
    CHECK (state IN ('draft', 'cancelled', 'expired') OR confirmed_at IS NOT NULL),
    CHECK (state NOT IN ('awaiting_owner', 'processing') OR banq_transaction_id IS NOT NULL),
    CHECK (state NOT IN ('draft', 'confirmed', 'cancelled', 'expired') OR banq_transaction_id IS NULL)
) STRICT;

-- By userId: through two lanes, one wallet has two userGuids. Without quotes: "7" and 7 are one id to Banq.
CREATE UNIQUE INDEX one_live_withdrawal_per_nft ON withdrawals (trim(banq_user_id, '"'), trim(token_data_id, '"'))
    WHERE state IN ('confirmed', 'submitting', 'awaiting_owner', 'processing', 'unknown');
CREATE UNIQUE INDEX one_withdrawal_per_transaction ON withdrawals (lane, banq_transaction_id)
    WHERE banq_transaction_id IS NOT NULL;
CREATE INDEX withdrawals_by_owner ON withdrawals (chat_platform, chat_user_id, created_at);
CREATE INDEX withdrawals_by_wallet ON withdrawals (banq_user_id, confirmed_at);
CREATE INDEX withdrawals_by_time ON withdrawals (confirmed_at) WHERE confirmed_at IS NOT NULL;
CREATE INDEX live_withdrawals ON withdrawals (state)
    WHERE state IN ('draft', 'confirmed', 'submitting', 'awaiting_owner', 'processing', 'unknown');

-- What is sent where is fixed when the draft is made; changing anything makes a new draft.
CREATE TRIGGER withdrawals_keep_their_order
BEFORE UPDATE OF link_id, chat_platform, chat_user_id, lane, user_guid, banq_user_id, token_data_id, source_banq,
                 nft_name, nft_details, nft_image_url, chain, amount, network, address ON withdrawals
BEGIN
    SELECT RAISE(ABORT, 'a withdrawal cannot be changed, only replaced');
END;

-- States only move forward; above all, nothing leads back to 'confirmed' or 'submitting'. What a restored backup
-- holds as confirmed may have been sent after the backup was made: that alone leads from there to 'unknown'.
CREATE TRIGGER withdrawals_move_forward BEFORE UPDATE OF state ON withdrawals
WHEN NEW.state <> OLD.state AND NOT (
       (OLD.state = 'draft' AND NEW.state IN ('confirmed', 'cancelled', 'expired'))
    OR (OLD.state = 'confirmed' AND NEW.state IN ('submitting', 'cancelled', 'unknown'))
    OR (OLD.state = 'submitting' AND NEW.state IN ('awaiting_owner', 'refused', 'unknown'))
    OR (OLD.state = 'unknown' AND NEW.state IN (
            'awaiting_owner', 'refused', 'processing', 'completed', 'failed'))
    OR (OLD.state = 'awaiting_owner' AND NEW.state IN ('processing', 'completed', 'failed'))
    OR (OLD.state = 'processing' AND NEW.state IN ('completed', 'failed')))
BEGIN
    SELECT RAISE(ABORT, 'a withdrawal cannot be moved that way');
END;

-- The settings that withdrawals are held to; written at each start.
CREATE TABLE withdrawal_rules (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    link_hold_ms    INTEGER NOT NULL CHECK (link_hold_ms >= 0),
    address_hold_ms INTEGER NOT NULL CHECK (address_hold_ms >= 0),
    per_day         INTEGER NOT NULL CHECK (per_day > 0),
    in_flight       INTEGER NOT NULL CHECK (in_flight > 0),
    loosening_ms    INTEGER NOT NULL CHECK (loosening_ms >= 0)
) STRICT;

INSERT INTO withdrawal_rules VALUES (1, 3600000, 86400000, 1, 1, 86400000);

-- The kill switch: while a pause has no end, nothing is confirmed and nothing is sent.
CREATE TABLE pauses (
    id         INTEGER PRIMARY KEY,
    paused_at  INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    resumed_at INTEGER CHECK (resumed_at >= paused_at)
) STRICT;

CREATE UNIQUE INDEX one_pause_at_a_time ON pauses (resumed_at IS NULL) WHERE resumed_at IS NULL;

-- A member's own limits, as they were set.
CREATE TABLE member_limits (
    id            INTEGER PRIMARY KEY,
    chat_platform TEXT NOT NULL,
    chat_user_id  TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('per_day', 'in_flight', 'address_hold_ms')),
    value         INTEGER NOT NULL CHECK (value >= 0),
    set_at        INTEGER NOT NULL,
    in_force_at   INTEGER NOT NULL CHECK (in_force_at >= set_at)
) STRICT;

CREATE INDEX limits_by_member ON member_limits (chat_platform, chat_user_id, kind, id);

-- Of each kind the newest that is in force counts, and never above the settings. One that was replaced before its
-- time never comes into force. One that came into force at once holds at any time: a clock may go back.
CREATE VIEW limits_that_stand AS
SELECT *, iif(in_force_at = set_at, 0, in_force_at) AS holds_from FROM member_limits AS one
WHERE one.in_force_at = one.set_at OR NOT EXISTS (
    SELECT 1 FROM member_limits AS later
    WHERE later.chat_platform = one.chat_platform AND later.chat_user_id = one.chat_user_id
      AND later.kind = one.kind AND later.id > one.id AND later.set_at < one.in_force_at);

CREATE TRIGGER member_limits_are_never_changed BEFORE UPDATE ON member_limits
BEGIN
    SELECT RAISE(ABORT, 'a limit cannot be changed, only set anew');
END;

CREATE TRIGGER member_limits_are_never_deleted BEFORE DELETE ON member_limits
BEGIN
    SELECT RAISE(ABORT, 'a limit cannot be removed, only set anew');
END;

-- Who takes over a chat account cannot loosen its limits at once.
CREATE TRIGGER looser_limits_wait BEFORE INSERT ON member_limits
WHEN NEW.in_force_at < NEW.set_at + (SELECT loosening_ms FROM withdrawal_rules)
BEGIN
    SELECT RAISE(ABORT, 'a looser limit has to wait') FROM (
        SELECT value AS old FROM limits_that_stand
        WHERE chat_platform = NEW.chat_platform AND chat_user_id = NEW.chat_user_id
          AND kind = NEW.kind AND holds_from <= NEW.set_at
        ORDER BY id DESC LIMIT 1)
    WHERE CASE NEW.kind WHEN 'address_hold_ms' THEN NEW.value < old ELSE NEW.value > old END;
END;

CREATE TABLE addresses (
    id            TEXT PRIMARY KEY,
    chat_platform TEXT NOT NULL,
    chat_user_id  TEXT NOT NULL,
    label         TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 40),
    network       TEXT NOT NULL,
    address       TEXT NOT NULL,
    added_at      INTEGER NOT NULL,
    removed_at    INTEGER CHECK (removed_at >= added_at)
) STRICT;

CREATE UNIQUE INDEX one_entry_per_address ON addresses (chat_platform, chat_user_id, network, address)
    WHERE removed_at IS NULL;
CREATE UNIQUE INDEX one_entry_per_label ON addresses (chat_platform, chat_user_id, label COLLATE NOCASE)
    WHERE removed_at IS NULL;

-- A changed address would have outlived its hold.
CREATE TRIGGER addresses_are_only_removed BEFORE UPDATE ON addresses
WHEN OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL
  OR (NEW.id, NEW.chat_platform, NEW.chat_user_id, NEW.label, NEW.network, NEW.address, NEW.added_at)
     IS NOT (OLD.id, OLD.chat_platform, OLD.chat_user_id, OLD.label, OLD.network, OLD.address, OLD.added_at)
BEGIN
    SELECT RAISE(ABORT, 'a saved address cannot be changed, only removed');
END;

CREATE TRIGGER withdrawals_keep_the_limits BEFORE UPDATE OF state ON withdrawals
WHEN OLD.state = 'draft' AND NEW.state = 'confirmed'
BEGIN
    SELECT RAISE(ABORT, 'withdrawals are paused') FROM pauses WHERE resumed_at IS NULL;
    SELECT RAISE(ABORT, 'the link is not active') WHERE NOT EXISTS (
        SELECT 1 FROM links WHERE id = NEW.link_id AND state = 'active');
    SELECT RAISE(ABORT, 'the link is too fresh') FROM links, withdrawal_rules
    WHERE links.id = NEW.link_id AND linked_at + link_hold_ms > NEW.confirmed_at;
    SELECT RAISE(ABORT, 'the address is too new') FROM (
        SELECT max(address_hold_ms, coalesce((
            SELECT value FROM limits_that_stand
            WHERE chat_platform = NEW.chat_platform AND chat_user_id = NEW.chat_user_id
              AND kind = 'address_hold_ms' AND holds_from <= NEW.confirmed_at
            ORDER BY id DESC LIMIT 1), 0)) AS hold
        FROM withdrawal_rules)
    WHERE hold > 0 AND NOT EXISTS (
        SELECT 1 FROM addresses
        WHERE chat_platform = NEW.chat_platform AND chat_user_id = NEW.chat_user_id
          AND network = NEW.network AND address = NEW.address
          AND removed_at IS NULL AND added_at + hold <= NEW.confirmed_at);
    SELECT RAISE(ABORT, 'the new address was not typed once more') WHERE NEW.retyped = 0 AND NOT EXISTS (
        SELECT 1 FROM addresses
        WHERE chat_platform = NEW.chat_platform AND chat_user_id = NEW.chat_user_id
          AND network = NEW.network AND address = NEW.address AND removed_at IS NULL);
    SELECT RAISE(ABORT, 'too many on one day') FROM (
        SELECT min(per_day, coalesce((
            SELECT value FROM limits_that_stand
            WHERE chat_platform = NEW.chat_platform AND chat_user_id = NEW.chat_user_id
              AND kind = 'per_day' AND holds_from <= NEW.confirmed_at
            ORDER BY id DESC LIMIT 1), per_day)) AS most
        FROM withdrawal_rules)
    WHERE most <= (
        SELECT count(*) FROM withdrawals
        WHERE (banq_user_id = NEW.banq_user_id
               OR (chat_platform = NEW.chat_platform AND chat_user_id = NEW.chat_user_id))
          AND confirmed_at > NEW.confirmed_at - 86400000 AND state NOT IN ('cancelled', 'refused'));
    SELECT RAISE(ABORT, 'too many under way') FROM (
        SELECT min(in_flight, coalesce((
            SELECT value FROM limits_that_stand
            WHERE chat_platform = NEW.chat_platform AND chat_user_id = NEW.chat_user_id
              AND kind = 'in_flight' AND holds_from <= NEW.confirmed_at
            ORDER BY id DESC LIMIT 1), in_flight)) AS most
        FROM withdrawal_rules)
    WHERE most <= (
        SELECT count(*) FROM withdrawals
        WHERE (banq_user_id = NEW.banq_user_id
               OR (chat_platform = NEW.chat_platform AND chat_user_id = NEW.chat_user_id))
          AND state IN ('confirmed', 'submitting', 'awaiting_owner', 'processing', 'unknown'));
END;

-- A pause, a freeze, an unlinking: whatever comes before the call still stops it.
CREATE TRIGGER withdrawals_are_sent_if_nothing_stops_them BEFORE UPDATE OF state ON withdrawals
WHEN OLD.state = 'confirmed' AND NEW.state = 'submitting'
BEGIN
    SELECT RAISE(ABORT, 'withdrawals are paused') FROM pauses WHERE resumed_at IS NULL;
    SELECT RAISE(ABORT, 'the link is not active') WHERE NOT EXISTS (
        SELECT 1 FROM links WHERE id = NEW.link_id AND state = 'active');
END;

CREATE TABLE member_languages (
    chat_platform TEXT NOT NULL CHECK (chat_platform IN ('discord', 'telegram')),
    chat_user_id  TEXT NOT NULL,
    language      TEXT NOT NULL CHECK (length(language) BETWEEN 2 AND 20),
    PRIMARY KEY (chat_platform, chat_user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    id            INTEGER PRIMARY KEY,
    chat_platform TEXT NOT NULL,
    recipient     TEXT NOT NULL,
    dedup_key     TEXT NOT NULL UNIQUE,
    kind          TEXT NOT NULL,
    object_id     TEXT NOT NULL,
    state         TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'kept', 'dead', 'delivered')),
    attempts      INTEGER NOT NULL DEFAULT 0,
    next_try_at   INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    delivered_at  INTEGER
) STRICT;

CREATE INDEX pending_notices ON outbox (next_try_at) WHERE state = 'pending';
CREATE INDEX notices_by_object ON outbox (object_id);
CREATE INDEX notices_by_recipient ON outbox (chat_platform, recipient, state);
CREATE INDEX dead_notices ON outbox (created_at) WHERE state = 'dead';

CREATE TABLE audit (
    id            INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    action        TEXT NOT NULL,
    chat_platform TEXT,
    chat_user_id  TEXT,
    object_id     TEXT,
    reason        TEXT
) STRICT;

CREATE INDEX audit_by_member ON audit (chat_platform, chat_user_id, id);
CREATE INDEX audit_by_object ON audit (object_id, id) WHERE object_id IS NOT NULL;
CREATE INDEX audit_of_restores ON audit (at) WHERE action = 'database restored';

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
