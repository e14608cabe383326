// Small comforts; every page does its work without them.

// A refusal is read out first, and the keyboard stands at its links.
document.querySelector("[data-focus]")?.focus();

// A second press while the first is under way does nothing; after a while it may, should the line be lost.
for (const form of document.querySelectorAll('form[method="post"]')) {
  let sent = 0;
  form.addEventListener("submit", (event) => {
    if (Date.now() - sent < 5000) event.preventDefault();
    else sent = Date.now();
  });
  window.addEventListener("pageshow", () => (sent = 0));
}

// Buttons that only a script can answer are hidden until there is one.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
