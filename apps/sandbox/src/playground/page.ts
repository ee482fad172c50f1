import type { Page } from '../http/page.ts'
import { subEventTypes } from '../webhook/envelope.ts'
import { script } from './page-script.ts'

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; background: light-dark(#fff, #16181d); color: light-dark(#1b1b1f, #e8e8ec); }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; }
h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
.acts { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; align-items: center; }
button, select { font: inherit; padding: .35rem .9rem; border-radius: .35rem; border: 1px solid #767676; }
button[aria-disabled=true] { opacity: .75; cursor: progress; }
button:focus-visible, select:focus-visible, [tabindex]:focus-visible { outline: 3px solid light-dark(#1a56db, #8ab4f8); outline-offset: 2px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 0 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #8884; }
td { font-variant-numeric: tabular-nums; } .number { text-align: right; }
ol { list-style: none; margin: 0; padding: 0; max-height: 11rem; overflow-y: auto; }
.good, .answered { color: light-dark(#0a6b2b, #6fdc8c); }
.bad, .refused { color: light-dark(#a3211a, #ff9d94); }
.unanswered, .under { color: light-dark(#7a4f00, #f2c14e); }
`

const buttons = [
  ['open', 'Open'],
  ['pay', 'Pay'],
  ['receive', 'Receive'],
  ['close', 'Close'],
  ['mine', 'Mine'],
  ['cheat', 'Cheat'],
]
  .map(([act, label]) => `<button type="button" data-act="${act}">${label}</button>`)
  .join('\n')

const options = subEventTypes.map((type) => `<option>${type}</option>`).join('')

/** A table that the script fills; heads of numbers begin with a sign. */
function table(id: string, caption: string, heads: readonly string[]): string {
  const cells = heads
    .map((head) => (head.startsWith('#') ? [head.slice(1), ' class="number"'] : [head, '']))
    .map(([head, mark]) => `<th scope="col"${mark}>${head}</th>`)
    .join('')
  return `<h2 id="${id}-title">${caption}</h2>
<div class="wide" tabindex="0" role="region" aria-labelledby="${id}-title">
<table aria-labelledby="${id}-title"><thead><tr>${cells}</tr></thead><tbody id="${id}"></tbody></table>
</div>`
}

/** Nodes, channels, chain, events and decisions as they are now, and buttons that do something. */
export const playgroundPage: Page = {
  title: 'Boltwarden playground',
  style,
  script,
  body: `<header>
<h1>Boltwarden playground</h1>
<span id="connection">loading</span>
<span>block <strong id="height"></strong></span>
<span><strong id="events-sent"></strong> events, <strong id="events-refused"></strong> refused</span>
</header>
<main>
<div class="acts" role="group" aria-label="What to do">
${buttons}
<label for="event">Test event</label>
<select id="event">${options}</select>
<button type="button" data-act="test-event">Send</button>
<span id="busy" role="status"></span>
</div>
<h2 id="notes-title">What came of it</h2>
<ol id="notes" tabindex="0" aria-live="polite" aria-labelledby="notes-title"></ol>
${table('channels', 'Channels of our node, in satoshis', ['peer', 'kind', '#capacity', '#we can send', '#we can receive', '#HTLCs', 'state', 'id'])}
<div class="columns">
<div>${table('nodes', 'Nodes', ['name', '#wallet, sat', '#claims', 'id'])}</div>
<div>${table('blocks', 'Blocks', ['#height', '#transactions'])}
${table('mempool', 'Mempool', ['transaction', '#fee, sat', '#weight'])}</div>
</div>
${table('events', 'Events to the signer, and its decisions', ['time', 'event', 'decision', '#ms', 'rules'])}
</main>`,
}
