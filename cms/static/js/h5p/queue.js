// Sends what an activity says to the site: first in, first out, again and again until it has it.
import { post } from "./post.js";
import { Shelf } from "./shelf.js";

const SOON = 800; // milliseconds: what comes together goes together
const LONGEST_WAIT = 60_000;
const AT_ONCE = 50;
// Said by a content as it appears: its person has done nothing yet.
const isOpening = ({ statement }) => /\/(experienced|attempted)$/.test(statement?.verb?.id);

export class Queue {
  constructor({ person, results, state, tell }) {
    Object.assign(this, { person, results, state, tell, shelf: new Shelf(`${person}:${results}`), failures: 0, most: AT_ONCE });
    if (this.shelf.memory.size) this.later();
  }

  push({ kind, ...entry }) {
    const { dataType, subContentId, id } = entry;
    this.shelf.put(kind === "state" ? `state:${dataType}:${subContentId}` : `statement:${id}`, { kind, ...entry });
    if (!this.failures) this.later();
  }

  later(milliseconds = SOON) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), milliseconds);
    return false;
  }

  // What goes next: statements together, a state alone.
  next([first, ...others] = this.shelf.all()) {
    if (first?.kind !== "statement") return first ? [first] : [];
    const end = others.findIndex((entry) => entry.kind !== "statement");
    return [first, ...others.slice(0, end < 0 ? undefined : end)].slice(0, this.most);
  }

  async send() {
    if (this.isSending) return;
    this.isSending = true;
    clearTimeout(this.timer);
    for (let batch = this.next(); batch.length && (await this.deliver(batch)); batch = this.next());
    this.isSending = false;
  }

  // The page goes away: everything leaves at once, what is already on its way as well. Twice the same is once.
  flush() {
    for (let entries = this.shelf.all(), batch; entries.length; entries = entries.slice(batch.length)) {
      this.deliver((batch = this.next(entries)));
    }
  }

  // Whether to go on with the next ones.
  async deliver(batch) {
    const answer = await post(batch[0].kind === "state" ? this.state : this.results, this.person, batch);
    this.failures = answer.again ? this.failures + 1 : 0;
    this.tell({ ...answer, isOpening: batch.every(isOpening) });
    if (answer.again) return this.later(Math.max(answer.wait ?? 0, Math.min(LONGEST_WAIT, 1_000 * 2 ** this.failures)));
    // One that is refused must not take the others with it: they go one by one, and that one alone is given up.
    this.most = answer.saved || batch.length === 1 ? AT_ONCE : 1;
    if (answer.saved || batch.length === 1) batch.forEach((entry) => this.shelf.drop(entry));
    return true;
  }
}
