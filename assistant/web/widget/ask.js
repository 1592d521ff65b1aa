import { el, focus, fresh } from "./dom.js";
import { WORDS } from "./words.js";

/** The box for a question. What was typed is never lost: it survives an error, a reload and a second thought. */
export class Ask {
  constructor(chat, draft) {
    const [id, hint] = [fresh(), fresh()];
    this.chat = chat;
    this.box = el("textarea", {
      id,
      rows: "2",
      "aria-describedby": hint,
      enterkeyhint: "send",
      onkeydown: (event) => this.key(event),
      oninput: () => this.changed(),
    });
    this.box.value = draft;
    this.problem = el("p.trouble", { hidden: true });
    this.node = el(
      "form.ask",
      { onsubmit: (event) => (event.preventDefault(), chat.ask(this.text)) },
      el("label", { for: id }, "Your question"),
      el("div.row", {}, this.box, el("button.main", {}, "Ask")),
      this.problem,
      el("p.quiet", { id: hint }, WORDS.privacy),
    );
  }

  get text() {
    return this.box.value;
  }

  // Enter sends, as people expect of a chat; with Shift it begins a new line. Not while a word is put together (Japanese, …).
  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.chat.ask(this.text);
  }

  changed() {
    this.problem.hidden = true;
    this.chat.save();
  }

  clear() {
    this.box.value = "";
    this.changed();
  }

  /** Says why nothing was sent. A question that came from a button goes into the box. */
  refuse(words, question) {
    this.giveBack(question ?? "");
    this.problem.textContent = words;
    this.problem.hidden = false;
    this.chat.say(words, true);
    focus(this.box);
  }

  /** Puts a question back, unless something new was typed meanwhile. */
  giveBack(question) {
    if (!this.text.trim()) this.box.value = question;
    this.chat.save();
  }

  /** Takes a question out again that was given back and is answered now. */
  done(question) {
    if (this.text === question) this.clear();
  }
}
