// The demo's shortcut: one press fills in the e-mail and the password.
for (const chip of document.querySelectorAll("[data-email]")) {
  chip.addEventListener("click", () => {
    document.querySelector("#email").value = chip.dataset.email;
    document.querySelector("#password").value = chip.dataset.password;
    document.querySelector("#sign-in").focus();
  });
}
