// Small comforts of forms. Every form works without them.
const say = (text) => {
  const region = document.getElementById("announce");
  if (region) region.textContent = text;
};

const copy = async (button) => {
  const source = document.getElementById(button.dataset.copy);
  const word = button.querySelector("span");
  const before = word.textContent;
  try {
    await navigator.clipboard.writeText(source.textContent);
    word.textContent = "Copied";
    say("Copied to the clipboard");
  } catch {
    // The clipboard needs HTTPS or localhost; elsewhere the text is selected, ready for the keyboard.
    getSelection().selectAllChildren(source);
    word.textContent = "Selected";
    say("The text is selected. Press Control and C to copy it.");
  }
  button.disabled = true;
  setTimeout(() => {
    word.textContent = before;
    button.disabled = false;
  }, 1600);
};

const reveal = (button) => {
  const input = document.getElementById(button.dataset.reveal);
  const visible = input.type === "password";
  input.type = visible ? "text" : "password";
  button.setAttribute("aria-pressed", String(visible));
};

/** Chooses the browser's own zone where the server could only guess UTC. */
const guessZone = () => {
  const select = document.querySelector("select[data-guess-zone]");
  if (!select) return;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const option = [...select.options].find((each) => each.value === zone);
  if (option) select.value = zone;
};

/** Puts the text of a chosen file into its field, where it can be read before it is sent. */
const readFile = async (input) => {
  const [file] = input.files;
  if (file) document.getElementById(input.dataset.fileInto).value = await file.text();
};

export const startForms = () => {
  guessZone();
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-file-into]")) readFile(event.target);
  });
  document.addEventListener("click", (event) => {
    const copyButton = event.target.closest("[data-copy]");
    const revealButton = event.target.closest("[data-reveal]");
    const cancel = event.target.closest("[data-cancel]");
    if (copyButton) copy(copyButton);
    if (revealButton) reveal(revealButton);
    if (cancel) {
      const details = cancel.closest("details");
      details.open = false;
      details.querySelector("summary").focus();
    }
  });
  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  // The page may come back from the browser's back-forward cache; then the form may be sent again.
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
};
