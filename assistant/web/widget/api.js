import { WORDS } from "./words.js";

const SILENCE = 60000; // milliseconds without a sign of life: the server sends one every few seconds

/** Something went wrong, in words for the person. */
export class Trouble extends Error {
  constructor(words, status = 0) {
    super(words);
    this.status = status;
  }
}

/** What `work` gives; when it meets trouble, what `otherwise` makes of the words for it. */
export async function attempted(work, otherwise) {
  try {
    return await work();
  } catch (trouble) {
    if (trouble instanceof Trouble) return otherwise(trouble.message);
    throw trouble;
  }
}

/** The assistant's API at one origin. Every method throws Trouble and nothing else. */
export class Api {
  constructor(origin) {
    this.origin = origin;
  }

  /** Calls an address and gives its JSON; nothing when it answers with nothing. */
  async call(method, path, body, conversation) {
    const response = await this.send(method, path, body, conversation);
    if (response.status === 204) return null;
    try {
      return await response.json();
    } catch {
      throw new Trouble(WORDS.away);
    }
  }

  async send(method, path, body, conversation, signal) {
    const headers = {};
    if (body) headers["Content-Type"] = "application/json";
    if (conversation) headers["X-Conversation"] = conversation;
    let response;
    try {
      // No cookies: the widget needs none, and a page that embeds it should not have to ask about them.
      response = await fetch(this.origin + path, { method, headers, body: body && JSON.stringify(body), signal, credentials: "omit" });
    } catch {
      throw new Trouble(navigator.onLine ? WORDS.away : WORDS.offline);
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    throw new Trouble(problem.detail ?? WORDS.broken(response.status), response.status);
  }

  /** Asks, and gives [event, data] as they come. The last is "done"; a stream that ends before it was cut. */
  async *ask(question) {
    const stop = new AbortController();
    let timer;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), SILENCE);
    };
    alive();
    try {
      const response = await this.send("POST", "/api/ask/stream", question, "", stop.signal);
      for await (const [event, data] of events(response.body, alive)) {
        if (event === "done") return;
        yield [event, data];
      }
    } finally {
      clearTimeout(timer);
      stop.abort(); // also when nobody listens any more: the server need not go on
    }
    throw new Trouble(WORDS.cut);
  }
}

/** The server-sent events of a stream. It ends quietly where the connection does. */
async function* events(stream, alive) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    let read;
    try {
      read = await reader.read();
    } catch {
      return;
    }
    if (read.done) return;
    alive();
    const blocks = (rest + read.value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = {};
      for (const line of block.split(/\r?\n/)) {
        const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (name) fields[name] = name in fields ? `${fields[name]}\n${value}` : value;
      }
      if (fields.data) yield [fields.event, JSON.parse(fields.data)];
    }
  }
}
