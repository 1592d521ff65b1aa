import { spoken } from "./answer.js";
import { Api, attempted } from "./api.js";
import { Ask } from "./ask.js";
import { openChecks } from "./checks.js";
import { button, el, focus } from "./dom.js";
import { openLetters } from "./letters.js";
import { Memory } from "./memory.js";
import { Options } from "./options.js";
import { print } from "./paper.js";
import { Sheet } from "./sheet.js";
import { Turn } from "./turn.js";
import { WORDS } from "./words.js";

/** The conversation: what was asked, what was answered, and everything a press on a button leads to. */
export class Chat {
  constructor({ origin, title, greeting, area, staff }) {
    Object.assign(this, { title, greeting, area, staff, turns: [], typed: {}, busy: false, asking: "", minutes: 30 });
    this.api = new Api(origin);
    this.memory = new Memory(`${origin} ${staff ? "staff" : ""}`, (gone) => gone === this.conversation && this.reset(WORDS.deletedThere));
    this.kept = this.memory.load();
    this.register = this.kept.register ?? (staff ? "staff" : "plain");
    this.conversation = this.kept.conversation ?? "";
    this.build();
    if (this.kept.turns?.length) this.restore(this.kept.turns);
  }

  build() {
    // Only these two are read out by themselves. The conversation is not: an answer would be read once for each piece.
    this.polite = el("p.unseen", { role: "status" });
    this.urgent = el("p.unseen", { role: "alert" });
    this.say = this.say.bind(this);
    this.log = el("div.log", { role: "region", "aria-label": "Conversation", tabindex: "0" });
    this.form = new Ask(this, this.kept.draft ?? "");
    this.options = new Options(this);
    this.talk = el("div.talk", {}, this.log, this.form.node);
    this.sheet = new Sheet(this.talk);
    this.history = this.staff && el("nav.history", { "aria-label": "This conversation" });
    this.node = el("div.body", {}, this.history, this.talk, this.sheet.node, this.polite, this.urgent);
    this.welcome();
  }

  /** What stands there before anything was asked. */
  welcome(notice = "") {
    const examples = WORDS.examples.map((text) => el("li", {}, button(text, () => this.ask(text))));
    this.log.replaceChildren(...[
      notice && el("p.note", {}, notice),
      el("p", {}, this.greeting),
      this.area && el("p", {}, WORDS.area(this.area)),
      el("h3", {}, "For example"),
      el("ul.choices", {}, examples),
      el("div.row", {},
        button("Write a letter", (event) => openLetters(this, event.currentTarget)),
        button("Check what I may get", (event) => openChecks(this, event.currentTarget))),
      el("p", {}, WORDS.danger, el("a", { href: "tel:999" }, "999"), "."),
      el("p.quiet", {}, WORDS.small),
    ].filter(Boolean));
    this.list();
  }

  /** Says something to a screen reader, once. */
  say(text, urgent = false) {
    const region = urgent ? this.urgent : this.polite;
    region.textContent = "";
    setTimeout(() => (region.textContent = text), 50); // the same words again are said again
  }

  /** Takes a question: from the box, from an example. */
  async ask(question) {
    if (this.busy) return this.form.refuse(WORDS.busy, question);
    if (!question.trim()) return this.form.refuse(WORDS.empty);
    this.turns.filter((turn) => turn.failed && turn.question === question).forEach((turn) => this.drop(turn));
    const turn = this.add(new Turn(this, question));
    this.form.clear();
    await this.answer(turn);
  }

  async answer(turn) {
    const before = this.turns.filter((other) => other.kept && other !== turn).length;
    turn.said.replaceChildren(); // what an attempt before left
    const answer = await this.work(turn, () => this.inConversation(turn), () => this.answer(turn));
    if (!answer) return;
    const remembered = answer.conversation;
    turn.kept = Boolean(remembered?.kept);
    if (turn.kept && before && !remembered.messages) turn.note(WORDS.expired(this.minutes));
    this.save(); // once more: now it is known whether the server keeps it
  }

  /** Says an answer again in another register. It was asked before, so it is not asked into the conversation again. */
  async reword(turn, register) {
    if (this.busy) return this.form.refuse(WORDS.busy);
    const turns = this.turns.slice(0, this.turns.indexOf(turn)).filter((other) => other.kept).map((other) => other.question.slice(0, 4000)).slice(-10);
    const again = () => this.reword(turn, register);
    this.options.choose(register);
    if (await this.work(turn, () => this.through(turn, { question: turn.question, register, turns }), again)) focus(turn.heading);
  }

  /** Does the work of an answer with its signs, and shows it; nothing, and what to do, when it fails. */
  async work(turn, get, again) {
    this.busy = true;
    this.asking = turn.question;
    turn.failed = false;
    turn.looking(WORDS.looking);
    turn.node.setAttribute("aria-busy", "true");
    this.say(WORDS.looking);
    try {
      const answer = await attempted(get, (words) => {
        turn.failed = true;
        turn.fail(words, again);
        this.form.giveBack(turn.question);
        this.say(words, true);
      });
      if (!answer) return null;
      turn.finish(answer);
      this.form.done(turn.question);
      this.say(spoken(answer));
      return answer;
    } finally {
      this.busy = false;
      this.asking = "";
      turn.node.removeAttribute("aria-busy");
      this.save();
    }
  }

  async inConversation(turn, first = true) {
    if (!this.conversation) {
      const begun = await this.api.call("POST", "/api/conversation");
      Object.assign(this, { conversation: begun.conversation, minutes: begun.minutes });
    }
    try {
      return await this.through(turn, { question: turn.question, register: this.register, conversation: this.conversation });
    } catch (trouble) {
      if (trouble.status !== 404 || !first) throw trouble;
      this.conversation = ""; // the server was set up anew and does not know its own id: begin again, unasked
      return this.inConversation(turn, false);
    }
  }

  async through(turn, question) {
    let answer = null;
    try {
      for await (const [event, data] of this.api.ask(question)) {
        if (event === "status") turn.looking(data.text);
        else if (event === "sentence") turn.piece(data);
        else if (event === "answer") answer = data;
      }
    } catch (trouble) {
      if (!answer) throw trouble;
    }
    return answer;
  }

  /** Shows an answer that was not asked in words: the outcome of a check. */
  show(title, answer) {
    const turn = this.add(new Turn(this, title, "Your check"));
    turn.finish(answer);
    focus(turn.heading);
    this.say(spoken(answer));
  }

  add(turn) {
    if (!this.turns.length) this.log.replaceChildren();
    this.turns.push(turn);
    this.log.append(turn.node);
    turn.node.scrollIntoView({ block: "start" });
    this.list();
    return turn;
  }

  drop(turn) {
    turn.node.remove();
    this.turns = this.turns.filter((other) => other !== turn);
  }

  /** The questions of this conversation, in the staff view. Of other conversations nothing is known. */
  list() {
    if (!this.history) return;
    const rows = this.turns.map((turn) => el("li", {}, button(turn.question, () => focus(turn.heading), { class: "plain" })));
    this.history.replaceChildren(el("h3", {}, "This conversation"), rows.length ? el("ol", {}, rows) : el("p.quiet", {}, "Nothing asked yet."));
  }

  print() {
    print(this.title, this.turns.filter((turn) => turn.answer).map((turn) => [turn.question, turn.answer.text]));
  }

  // Only what the server keeps is kept here: of danger and abuse nothing is, on either side.
  save() {
    const turns = this.turns.filter((turn) => turn.kept).map(({ question, answer }) => ({ question, answer })).slice(-10);
    const { conversation, minutes, register } = this;
    const draft = this.form.text || this.asking; // a reload in the middle of an answer gives the question back
    this.memory.save({ ...this.memory.load(), conversation, minutes, register, turns, draft });
  }

  /** Brings a conversation back after a reload, unless it ended meanwhile. */
  async restore(turns) {
    this.minutes = this.kept.minutes;
    for (const { question, answer } of turns) {
      const turn = this.add(new Turn(this, question));
      turn.kept = true;
      turn.finish(answer);
    }
    // Offline, what this tab kept is shown all the same.
    const there = await attempted(() => this.api.call("GET", "/api/conversation", undefined, this.conversation), () => null);
    if (there && !there.said.length) this.reset(WORDS.ended(this.minutes));
  }

  async forget() {
    const gone = this.conversation;
    const failed = gone && (await attempted(() => this.api.call("DELETE", "/api/conversation", undefined, gone), (words) => words));
    const notice = failed ? WORDS.deletedHere(this.minutes) : WORDS.deleted;
    this.memory.tell(gone);
    this.reset(notice);
    this.say(notice);
    focus(this.form.box);
  }

  reset(notice) {
    Object.assign(this, { conversation: "", turns: [], typed: {} });
    if (this.sheet.isOpen) this.sheet.close();
    this.welcome(notice);
    this.save();
  }
}
