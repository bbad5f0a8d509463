// A bare Node bot: a switch over the verb, a durable transaction for every command, the reply after it.
import { Books, link, verb } from './shop.mjs';

const books = new Books();
const send = link((frame) => {
  let post = null;
  switch (verb(frame.text)) {
    case 'offer': post = books.alone(() => books.offer(frame)); break;
    case 'withdraw': post = books.alone(() => books.withdraw(frame)); break;
    case 'status': post = books.status(frame); break;
  }
  if (post) send(post);
});
