/** What the page runs: it asks for the view four times a second, and makes no HTML of text. */
export const script = `
const at = (id) => document.getElementById(id);
const grouped = (value) => value.toLocaleString('en-GB');
const cell = (value, name) => {
  const td = document.createElement('td');
  td.textContent = typeof value === 'number' ? grouped(value) : value;
  td.className = name || (typeof value === 'number' ? 'number' : '');
  return td;
};
const fill = (id, rows) => at(id).replaceChildren(...rows.map((cells) => {
  const tr = document.createElement('tr');
  tr.append(...cells);
  return tr;
}));
const show = (view) => {
  at('height').textContent = grouped(view.chain.height);
  at('events-sent').textContent = grouped(view.counts.events);
  at('events-refused').textContent = grouped(view.counts.refused);
  at('busy').textContent = view.busy ? view.busy + ' …' : '';
  for (const button of document.querySelectorAll('[data-act]')) {
    button.setAttribute('aria-disabled', String(view.busy !== null));
  }
  const newest = view.notes[0] ? view.notes[0].sequence : 0;
  if (at('notes').dataset.newest !== String(newest)) {
    at('notes').dataset.newest = String(newest);
    at('notes').replaceChildren(...view.notes.map((note) => {
      const li = document.createElement('li');
      li.textContent = note.text;
      li.className = note.ok ? 'good' : 'bad';
      return li;
    }));
  }
  fill('channels', view.channels.map((each) => [
    cell(each.peer), cell(each.kind), cell(each.capacitySats), cell(each.sendSats),
    cell(each.receiveSats), cell(each.htlcs), cell(each.isUsable ? 'usable' : 'waiting'),
    cell(each.id.slice(0, 16)),
  ]));
  fill('nodes', view.nodes.map((each) => [
    cell(each.name), cell(each.walletSats), cell(each.claims), cell(each.id.slice(0, 16)),
  ]));
  fill('blocks', view.chain.blocks.map((each) => [cell(each.height), cell(each.transactions)]));
  fill('mempool', view.chain.mempool.map((each) => [
    cell(each.txid.slice(0, 16)), cell(each.feeSats), cell(each.weight),
  ]));
  fill('events', view.events.map((each) => [
    cell(each.at), cell(each.subject), cell(each.verdict, each.verdict),
    cell(each.latencyMs.toFixed(1), 'number'), cell(each.rules.join(', ')),
  ]));
};
let seen = '';
const refresh = async () => {
  try {
    const text = await (await fetch('/view.json')).text();
    at('connection').textContent = 'live';
    if (text === seen) return;
    seen = text;
    show(JSON.parse(text));
  } catch {
    at('connection').textContent = 'the playground does not answer';
  }
};
for (const button of document.querySelectorAll('[data-act]')) {
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    const order = { act: button.dataset.act, event: at('event').value };
    await fetch('/act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    }).catch(() => undefined);
    refresh();
  });
}
refresh();
setInterval(refresh, 250);
`
