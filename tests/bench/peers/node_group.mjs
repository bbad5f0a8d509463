// The bare Node bot with group commit: everything that has arrived by the end of this turn of the loop goes into one
// transaction, and all replies leave in one message after it.
import { Books, link, verb } from './shop.mjs';

const books = new Books();
let waiting = [];

function carryOut() {
  const frames = waiting;
  waiting = [];
  const posts = [];
  let open = false;
  const writing = (act) => {
    if (!open) books.begin.run();
    open = true;
    const post = act();
    if (post) posts.push(post);
  };
  for (const frame of frames)
    switch (verb(frame.text)) {
      case 'offer': writing(() => books.offer(frame)); break;
      case 'withdraw': writing(() => books.withdraw(frame)); break;
      case 'status': posts.push(books.status(frame)); break;
    }
  if (open) books.commit.run();
  if (posts.length > 0) send(...posts);
}

const send = link((frame) => {
  if (waiting.push(frame) === 1) setImmediate(carryOut);
});
