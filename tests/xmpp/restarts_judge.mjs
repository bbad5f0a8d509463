// Judges a run from outside: by the rooms' archives, as the people see them, and by the store of the stopped bot.
const NUMBER = / · N-(\d+) [0-9a-f]{6}$/;
const COMMAND = /^\//;

const counted = (list) => list.reduce((all, one) => all.set(one, (all.get(one) ?? 0) + 1), new Map());

/** `rooms`: of each pair its lines and its archive. Counts and what is wrong, in words. */
export function judgeRooms(rooms) {
  const found = { commands: 0, lost: 0, doubled: 0, duplicate_notes: 0, faults: [], notes: new Map(), states: new Map() };
  for (const { name, typed, archive } of rooms) {
    const notes = archive.filter((m) => m.nick === 'Parley');
    const ids = new Map(typed.map((line) => [line.id, line]));
    for (const [key, times] of counted(notes.map((m) => m.key))) {
      if (times === 1) continue;
      found.duplicate_notes += times - 1;
      found.faults.push(`${name}: ${times} notes with the id ${key}`);
    }
    for (const note of notes) {
      const number = NUMBER.exec(note.text)?.[1];
      if (!number) found.faults.push(`${name}: a note without a number: ${note.text.slice(0, 80)}`);
      else found.notes.set(Number(number), (found.notes.get(Number(number)) ?? 0) + 1);
    }
    // A line that the archive holds was typed, once or as often as it stands there.
    for (const message of archive.filter((m) => m.nick !== 'Parley' && COMMAND.test(m.text))) {
      const line = ids.get(message.key);
      if (!line) continue;
      found.commands += 1;
      const came = [...new Set(notes.filter((m) => line.wanted.test(m.text)).map((m) => NUMBER.exec(m.text)?.[1]))];
      if (came.length === 0) {
        found.lost += 1;
        found.faults.push(`${name}: no note came of ${line.text}`);
      } else if (came.length > 1) {
        found.doubled += came.length - 1;
        found.faults.push(`${name}: ${came.length} notes came of ${line.text}: N-${came.join(', N-')}`);
      }
    }
    tellStates(notes, found.states);
  }
  for (const times of found.notes.values()) found.duplicate_notes += times - 1;
  return found;
}

/** What the notes say that is true now. */
function tellStates(notes, states) {
  for (const { text } of notes) {
    const offer = /^(O-\d+)/.exec(text)?.[1];
    if (!offer) continue;
    if (/ offers /.test(text)) states.set(offer, states.get(offer) ?? 'pending');
    else if (/ withdraws /.test(text)) states.set(offer, 'withdrawn');
    else if (/ declines[.:]/.test(text)) states.set(offer, 'declined');
    const contract = /(C-\d+) is legally binding/.exec(text)?.[1];
    if (!contract) continue;
    states.set(offer, 'accepted');
    states.set(contract, 'active');
    for (const other of text.match(/in this room are withdrawn: ([^\n]*?)\./)?.[1].match(/O-\d+/g) ?? []) states.set(other, 'withdrawn');
  }
}

/** The store says the same as the notes, and every note that it numbered stands in a room. */
export function judgeStore(house, found) {
  const inStore = house.sql('SELECT number FROM note').map(([n]) => n);
  const missing = inStore.filter((n) => !found.notes.has(n));
  found.notes_missing = missing.length;
  if (missing.length > 0) found.faults.push(`notes of the store that no room shows: N-${missing.slice(0, 20).join(', N-')}`);
  const unknown = [...found.notes.keys()].filter((n) => !inStore.includes(n));
  if (unknown.length > 0) found.faults.push(`notes that the store does not know: N-${unknown.slice(0, 20).join(', N-')}`);
  const [[waiting]] = house.sql('SELECT count(*) FROM outbox');
  if (waiting !== 0) found.faults.push(`${waiting} posts still wait in the outbox`);
  const twice = house.sql("SELECT cause, kind, count(*) FROM event WHERE kind LIKE 'offer.%' GROUP BY cause, kind HAVING count(*) > 1");
  if (twice.length > 0) {
    found.doubled += twice.length;
    found.faults.push(`one cause with several events of a kind: ${JSON.stringify(twice.slice(0, 5))}`);
  }
  for (const [subject, field, wanted] of [['ledger', 'sum', '0.00'], ['events', 'chain', 'ok']]) {
    const is = house.inspect(subject)[field];
    if (is !== wanted) found.faults.push(`${subject} ${field}=${is}`);
  }
  for (const [thing, state] of found.states) {
    const is = house.inspect(thing).state;
    if (is !== state) found.faults.push(`${thing} is ${is}, the notes say ${state}`);
  }
}

/** Plants one wrong thing after the other into rooms that are in order: each must be found. */
export function selfTest() {
  const note = (text, n, key = `k${n}`) => ({ nick: 'Parley', key, text: `${text} · N-${n} 0a1b2c` });
  const typed = [{ id: 'a', text: '/offer title="W"', wanted: /^(O-\d+) "W": .* offers / }, { id: 'b', text: '/withdraw O-1', wanted: /^O-1 .* withdraws / }];
  const good = () => [{ nick: 'Carl', key: 'a', text: typed[0].text }, note('O-1 "W": Carl offers Freya a contract.', 1),
                      { nick: 'Carl', key: 'b', text: typed[1].text }, note('O-1 "W": Carl withdraws the offer.', 2)];
  const judged = (change) => {
    const archive = good();
    change(archive);
    return judgeRooms([{ name: 'r1', typed, archive }]);
  };
  const cases = [
    ['nothing is wrong', () => {}, (f) => f.faults.length === 0 && f.commands === 2 && f.notes.size === 2 && f.states.get('O-1') === 'withdrawn'],
    ['a command without a note', (a) => a.splice(3, 1), (f) => f.lost === 1 && f.faults.length === 1],
    ['a command with two notes', (a) => a.push(note('O-1 "W": Carl withdraws the offer.', 3)), (f) => f.doubled === 1],
    ['a note twice', (a) => a.push(a[1]), (f) => f.duplicate_notes === 2],
    ['a note said again under another id', (a) => a.push({ ...a[1], key: 'other' }), (f) => f.duplicate_notes === 1 && f.doubled === 0],
    ['a note without its number', (a) => { a[1] = { ...a[1], text: 'O-1 "W": Carl offers Freya a contract.' }; }, (f) => f.faults.length > 0],
    ['a line that never arrived', (a) => a.splice(2, 2), (f) => f.faults.length === 0 && f.commands === 1],
  ];
  const wrong = cases.filter(([, change, holds]) => !holds(judged(change)));
  for (const [name] of wrong) console.log(`FAIL  the judge does not see: ${name}`);
  console.log(`figure: judge self-test planted=${cases.length} seen=${cases.length - wrong.length}`);
  return wrong.length === 0;
}
