import type { Page } from '../http/page.ts'

const style = `
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; }
h1 { font-size: 1.2rem; } h2 { font-size: 1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #8884; vertical-align: top; }
td { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
details pre { white-space: pre-wrap; margin: .25rem 0; }
.accepted { color: #0a7d32; } .refused { color: #b3261e; } .unanswered, .under-way { color: #9a6700; }
`

const script = `
const cell = (text, name) => {
  const td = document.createElement('td');
  td.textContent = text;
  if (name) td.className = name;
  return td;
};
const folded = (summary, text) => {
  const td = document.createElement('td');
  const details = document.createElement('details');
  const head = document.createElement('summary');
  const pre = document.createElement('pre');
  head.textContent = summary;
  pre.textContent = text;
  details.append(head, pre);
  td.append(details);
  return td;
};
const row = (...cells) => {
  const tr = document.createElement('tr');
  tr.append(...cells);
  return tr;
};
const pretty = (text) => {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
};
const sent = (delivery) => {
  const last = delivery.attempts.at(-1);
  return row(
    cell(last ? last.startedAt.slice(11, 26) : ''),
    folded(delivery.subject, pretty(delivery.body)),
    cell(delivery.outcome, delivery.outcome),
    cell(last ? String(last.status ?? last.fault) : ''),
    cell(last ? last.latencyMs.toFixed(1) + ' ms' : ''),
    cell(String(delivery.attempts.length)),
    last && last.reply ? folded('reply', pretty(last.reply)) : cell(''),
  );
};
const answered = (mutation) => row(
  cell(mutation.at.slice(11, 26)),
  folded(mutation.operation, JSON.stringify(mutation.input, null, 2)),
  cell(mutation.error ?? 'ok', mutation.error ? 'refused' : 'accepted'),
);
let seen = '';
const refresh = async () => {
  const status = document.getElementById('status');
  try {
    const text = await (await fetch('/inspector.json')).text();
    status.textContent = 'live';
    if (text === seen) return;
    seen = text;
    const state = JSON.parse(text);
    document.getElementById('webhook').textContent = state.webhookUrl;
    document.getElementById('counts').textContent =
      JSON.stringify({ ...state.entities, payloads: state.payloads });
    document.getElementById('deliveries').replaceChildren(...state.deliveries.toReversed().map(sent));
    document.getElementById('mutations').replaceChildren(...state.mutations.toReversed().map(answered));
  } catch {
    status.textContent = 'the sandbox does not answer';
  }
};
refresh();
setInterval(refresh, 1000);
`

/** The inspector: what was sent and what was answered. */
export const inspectorPage: Page = {
  title: 'Boltwarden sandbox',
  style,
  script,
  body: `<h1>Boltwarden sandbox</h1>
<p>Webhook <code id="webhook"></code> · <span id="status" role="status">loading</span></p>
<p><code id="counts"></code></p>
<h2>Sent to the signer</h2>
<table>
<thead><tr><th>time</th><th>event</th><th>outcome</th><th>status</th><th>latency</th><th>calls</th><th></th></tr></thead>
<tbody id="deliveries"></tbody>
</table>
<h2>Mutations received</h2>
<table>
<thead><tr><th>time</th><th>mutation</th><th>result</th></tr></thead>
<tbody id="mutations"></tbody>
</table>`,
}
