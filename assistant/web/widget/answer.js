import { button, el, fresh, link } from "./dom.js";
import { openSource } from "./source.js";
import { WORDS } from "./words.js";

const LEADING = ["verdict", "signpost"];
const APART = ["staff", "say", "letter", "choice"]; // each has a place of its own

/** An answer as elements, in the order a person reads it. */
export function laidOut(room, answer) {
  const shown = new Answer(room, answer);
  const apart = (role) => answer.sentences.filter((sentence) => sentence.role === role);
  return [
    shown.parts(),
    shown.list("What to say at the assessment", apart("say")),
    shown.list("For staff", apart("staff")),
    shown.list("What to do next", answer.next_steps),
    shown.contacts(),
    answer.notes.map((note) => el("p.quiet", {}, note)),
  ].flat(9).filter(Boolean);
}

/** What a screen reader is told when an answer is there: the answer, without its sources. */
export function spoken(answer) {
  const texts = (sentences) => sentences.filter(({ role }) => role !== "letter").map((sentence) => sentence.text);
  const steps = answer.next_steps.length ? ["What to do next:", ...texts(answer.next_steps)] : [];
  const calls = answer.contacts.filter((contact) => contact.phone).map((contact) => `${contact.name}: ${contact.phone}.`);
  return ["Answer.", ...texts(answer.sentences), ...steps, ...calls].join(" ");
}

/** The official words an answer rests on. With `quotes` they stand there; else a press opens them. */
export function restsOn(room, answer, quotes) {
  if (!answer.sources.length) return null;
  const row = (cited) =>
    el("li", { value: cited.handle },
      button(cited.title, (event) => openSource(room, cited, event.currentTarget), { class: "plain" }),
      quotes && cited.quote && el("blockquote", {}, cited.quote));
  const rows = el("ol", {}, answer.sources.map(row));
  if (quotes) return el("section.official", {}, el("h4", {}, "The official words"), rows);
  return el("details.official", {}, el("summary", {}, `What this rests on (${answer.sources.length})`), rows);
}

class Answer {
  constructor(room, answer) {
    Object.assign(this, { room, answer });
  }

  /** The direct answer and its points, once for each thing that was asked. */
  parts() {
    const headings = [...new Set(this.answer.sentences.map((sentence) => sentence.heading))];
    return headings.map((heading) => {
      const part = this.answer.sentences.filter((sentence) => sentence.heading === heading);
      const lead = part.filter(({ role }) => LEADING.includes(role));
      const points = part.filter(({ role }) => ![...LEADING, ...APART].includes(role));
      return [heading && el("h4", {}, heading), lead.map((sentence) => el("p.lead", {}, this.sentence(sentence))), this.list("", points)];
    });
  }

  list(heading, sentences) {
    if (!sentences.length) return [];
    return [heading && el("h4", {}, heading), el("ul", {}, sentences.map((sentence) => el("li", {}, this.sentence(sentence))))];
  }

  /** A sentence: for staff whether it is a duty or a power; its words to tap; its sources to open. */
  sentence({ text, force, handles, terms }) {
    const forced = this.answer.register === "staff" && handles.length && WORDS.forces[force];
    const meanings = [];
    const words = terms.reduce((parts, term) => this.tappable(parts, term, meanings), [text]);
    return [
      forced && el(`b.force.${force}`, {}, forced),
      forced && " ",
      words,
      handles.map((handle) => this.handle(this.answer.sources.find((cited) => cited.handle === handle))),
      meanings,
    ];
  }

  handle(cited) {
    const open = (event) => openSource(this.room, cited, event.currentTarget);
    return cited && [" ", button(cited.handle, open, { class: "handle", "aria-label": `Source ${cited.handle}: ${cited.title}` })];
  }

  /** Makes the first mention of a word a button that shows what it means; a word in another form gets a button behind the sentence. */
  tappable(parts, term, meanings) {
    const word = this.answer.words.find((explained) => explained.term === term);
    if (!word) return parts;
    const id = fresh();
    const told = el("span.meaning", { id, hidden: true }, `${term[0].toUpperCase()}${term.slice(1)}: ${word.meaning}`);
    meanings.push(told);
    const made = (label) =>
      button(label, ({ currentTarget }) => {
        told.hidden = !told.hidden;
        currentTarget.setAttribute("aria-expanded", String(!told.hidden));
      }, { class: "word", "aria-expanded": "false", "aria-controls": id });
    const places = parts.map((part) => (part.at ? part.toLowerCase().indexOf(term.toLowerCase()) : -1)); // elements have no `at`
    const n = places.findIndex((at) => at >= 0);
    if (n < 0) return [...parts, " ", made(`What is “${term}”?`)];
    const [start, end] = [places[n], places[n] + term.length];
    return parts.flatMap((part, i) => (i === n ? [part.slice(0, start), made(part.slice(start, end)), part.slice(end)] : [part]));
  }

  contacts() {
    const row = ({ name, phone, url, when }) =>
      el("li", {}, url ? link(name, url) : name, phone && [": ", el("a", { href: `tel:${phone.replace(/\s/g, "")}` }, phone)], when && ` – ${when}`);
    const { contacts } = this.answer;
    return contacts.length ? [el("h4", {}, "Who can help"), el("ul", {}, contacts.map(row))] : [];
  }
}
