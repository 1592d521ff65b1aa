import { openChecks } from "./checks.js";
import { button, el, focus, fresh } from "./dom.js";
import { openLetters } from "./letters.js";
import { WORDS } from "./words.js";

/** How answers are worded, and what can be done with the conversation. */
export class Options {
  constructor(chat) {
    this.chat = chat;
    const name = fresh();
    this.choices = Object.entries(WORDS.registers).map(([value, label]) => {
      const input = el("input", { type: "radio", name, value, onchange: () => ((chat.register = value), chat.save()) });
      input.checked = value === chat.register;
      return el("label.tick", {}, input, ` ${label}`);
    });
    const tool = (label, open) => button(label, () => ((this.node.open = false), open(chat, this.node.firstChild)));
    this.end = el("div.row", {});
    this.node = el("details.options", {}, el("summary", {}, "Options"),
      el("div.options-body", {},
        el("fieldset", {}, el("legend", {}, "How should I word answers?"), this.choices),
        el("div.row", {}, tool("Letters", openLetters), tool("Guided checks", openChecks), button("Print everything", () => chat.print())),
        this.end));
    this.offer();
  }

  choose(register) {
    this.chat.register = register;
    for (const choice of this.choices) choice.firstChild.checked = choice.firstChild.value === register;
  }

  offer() {
    this.end.replaceChildren(button("Delete this conversation", () => this.sure()));
  }

  /** Asks once more: what is deleted does not come back. */
  sure() {
    const yes = button("Yes, delete it", () => (this.offer(), (this.node.open = false), this.chat.forget()));
    const no = button("No, keep it", () => (this.offer(), focus(this.end.firstChild)));
    this.end.replaceChildren(el("p", {}, "Delete everything said here?"), yes, no);
    focus(yes);
  }
}
