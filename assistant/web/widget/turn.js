import { laidOut, restsOn } from "./answer.js";
import { openCheck } from "./checks.js";
import { button, el, fresh } from "./dom.js";
import { feedback } from "./feedback.js";
import { openLetter, openLetters } from "./letters.js";
import { copy, print } from "./paper.js";
import { WORDS } from "./words.js";

const NO_OPINION = ["greeting", "signposted_danger", "signposted_safeguarding", "refused_manipulation"];

/** One question and what came of it. */
export class Turn {
  constructor(room, question, label = "You asked") {
    const id = fresh();
    Object.assign(this, { room, question, label, kept: false, answer: null });
    this.heading = el("h3.asked", { id }, el("span.unseen", {}, `${label}: `), question);
    this.said = el("div.said");
    this.rest = el("div.rest");
    this.node = el("article.turn", { "aria-labelledby": id }, this.heading, this.said, this.rest);
  }

  /** Says what is being done. The first sentence takes its place. */
  looking(text) {
    this.node.querySelector(".trouble")?.remove();
    this.status ??= el("p.looking");
    this.status.textContent = text;
    if (!this.status.isConnected) this.rest.prepend(this.status);
  }

  /** Adds a checked sentence. Its sources and words come with the whole answer. */
  piece({ text, role }) {
    if (this.answer) return; // in other words: the old answer stays until the new one is whole
    const last = this.said.lastElementChild;
    if (role === "verdict" || role === "signpost") this.said.append(el("p.lead", {}, text));
    else if (last?.matches("ul")) last.append(el("li", {}, text));
    else this.said.append(el("ul", {}, el("li", {}, text)));
  }

  /** Shows the whole answer in place of its pieces. */
  finish(answer) {
    const { room } = this;
    const staff = answer.register === "staff";
    this.answer = answer;
    this.status?.remove();
    const official = restsOn(room, answer, room.staff);
    this.said.replaceChildren(...laidOut(room, answer), ...(room.staff || !official ? [] : [official]));
    const rest = [
      staff && room.staff && this.caseNote(),
      this.steps(),
      el("div.row.small", {}, this.wordings(), button("Copy", () => copy(this.text(), room.say, this.said)), button("Print", () => print(room.title, [[this.question, answer.text]]))),
      !NO_OPINION.includes(answer.status) && feedback(room, answer, this.question),
    ];
    this.rest.replaceChildren(...rest.filter(Boolean));
    this.node.querySelector(":scope > .official")?.remove();
    if (room.staff && official) this.said.after(official);
    this.node.classList.toggle("urgent", NO_OPINION.slice(1, 3).includes(answer.status));
    this.node.classList.toggle("easy", answer.register === "easy");
  }

  /** Says what went wrong. What was shown stays, and `again` is one press away. */
  fail(words, again) {
    this.status?.remove();
    const trouble = el("div.trouble", {}, el("p", {}, words), button("Try again", () => (trouble.remove(), again())));
    this.rest.prepend(trouble);
  }

  note(words) {
    this.said.prepend(el("p.note", {}, words));
  }

  text() {
    return `${this.question}\n\n${this.answer.text}`;
  }

  /** Buttons for what to do next: questions the person may mean, the letters and checks that go with the answer. */
  steps() {
    const { room, answer } = this;
    const { letter } = answer;
    const step = (label, onclick) => button(label, onclick, { class: "step" });
    const go = (open, item, label) => step(label, (event) => open(room, item, event.currentTarget));
    const offered = answer.sentences.filter(({ role }) => role === "choice").map(({ text }) => step(text, () => room.ask(text)));
    const asked = !offered.length && answer.status === "clarify";
    if (letter) offered.push(go(openLetter, letter, "Fill in this letter"));
    for (const offer of answer.offers)
      offered.push(offer.kind === "letter" ? go(openLetter, offer, `Write a letter: ${offer.title}`) : go(openCheck, offer, `Check: ${offer.title}`));
    if (letter || asked) offered.push(step("See all letters", (event) => openLetters(room, event.currentTarget)));
    return offered.length ? el("div.row", {}, offered) : null;
  }

  /** Buttons that say the same answer in other words. An outcome of a check is worded when it is made. */
  wordings() {
    const { room, answer } = this;
    if (answer.composer === "check" || answer.composer === "route") return [];
    const offered = ["plain", "easy", "staff"].filter((r) => r !== answer.register && (r !== "staff" || room.staff || room.register === "staff"));
    return offered.map((register) => button(WORDS.reword[register], () => room.reword(this, register)));
  }

  /** What staff paste into a record: they may change it first. */
  caseNote() {
    const id = fresh();
    const box = el("textarea.draft", { id, rows: "8" });
    box.value = this.text();
    return el("details.case", { open: true }, el("summary", {}, "Case note"),
      el("label", { for: id }, "Change it as you need."), box,
      el("div.row", {}, button("Copy the case note", () => copy(box.value, this.room.say, box))));
  }
}
