import { button, el, fresh } from "./dom.js";
import { copy, download, print } from "./paper.js";
import { listed } from "./sheet.js";

/** Opens the list of letters, or one of them. */
export function openLetters(room, opener) {
  const list = async () => listed((await room.api.call("GET", "/api/letters")).letters, (letter) => openLetter(room, letter));
  room.sheet.open("Letters", list, opener);
}

/** Opens a letter as a form and the draft it makes. */
export function openLetter(room, { name, title }, opener) {
  room.sheet.open(title, async () => form(room, await drafted(room, name)), opener);
}

/** The letter with all its gaps open, and what fills them: what was typed before, else what was said in the chat. */
async function drafted(room, name) {
  const path = `/api/letters/${encodeURIComponent(name)}`;
  const [letter, said] = await Promise.all([
    room.api.call("POST", path, {}),
    room.conversation ? room.api.call("POST", path, { conversation: room.conversation }).catch(() => null) : null,
  ]);
  const today = new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  room.typed[name] ??= { date: today, council: room.area, ...said?.fields };
  return letter;
}

// The gaps are filled here, in the page: a name or an address never leaves it.
function form(room, letter) {
  const typed = room.typed[letter.name];
  const draft = el("div.draft", { tabindex: "0", role: "region", "aria-label": "Your letter" });
  const named = Object.fromEntries(letter.form.map((gap) => [`[${gap.label}]`, gap.name]));
  const pieces = letter.text.split(/(\[[^\]]+\])/);
  const filled = (piece) => (named[piece] && typed[named[piece]]?.trim()) || piece;
  const show = () => draft.replaceChildren(...pieces.map((piece) => (named[piece] && filled(piece) === piece ? el("mark", {}, piece) : filled(piece))));
  const text = () => pieces.map(filled).join("");
  show();
  const inputs = letter.form.map((gap) => {
    const id = fresh();
    const box = el("textarea", { id, rows: "2", autocomplete: "off", oninput: () => ((typed[gap.name] = box.value), show()) });
    box.value = typed[gap.name] ?? "";
    return [el("label", { for: id }, gap.question), box];
  });
  return [
    el("p", {}, "Fill in what you like. What you write here stays in this page."),
    inputs.flat(),
    el("h4", {}, "Your letter"),
    draft,
    el("div.row", {},
      button("Copy the letter", () => copy(text(), room.say, draft)),
      button("Download it", () => download(`${letter.name}.txt`, text())),
      button("Print it", () => print(letter.title, [["", text()]])),
      button("All letters", () => openLetters(room))),
    el("p.quiet", {}, "This is a draft. Check it before you send it, and keep a copy."),
  ].flat(2);
}
