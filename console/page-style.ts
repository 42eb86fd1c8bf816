/** Readable on a phone: one column, large enough to touch, in the colours that the reader's system asks for. */
export const pageStyle = `
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --yes: #15803d; --no: #b45309; --stop: #b91c1c }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 0 1rem 3rem; font: 1rem/1.5 system-ui, sans-serif }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem }
h1 { font-size: 1.4rem; margin: 1rem 0 .5rem }
h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem }
h3 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere }
header p { margin: 0; flex: 1 }
article, #runs > li { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; margin: 0 0 1rem }
article:target { outline: 3px solid #2563eb }
#runs { list-style: none; padding: 0 }
p { margin: .25rem 0; overflow-wrap: anywhere }
.about { opacity: .8; font-size: .9rem }
pre { background: var(--soft); border-radius: .25rem; padding: .5rem; margin: .5rem 0; max-height: 24rem; overflow: auto; font: .85rem/1.4 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
pre .added { color: var(--yes) } pre .removed { color: var(--stop) }
label, legend { display: block; font-weight: 600; margin-top: .5rem }
fieldset { border: 0; margin: 0; padding: 0 }
fieldset label { font-weight: 400; margin: 0 }
input:not([type=checkbox]), textarea, select { width: 100%; font: inherit; padding: .5rem; border: 1px solid var(--line); border-radius: .25rem; background: Canvas; color: CanvasText }
button { font: inherit; min-height: 2.75rem; padding: .25rem 1rem; margin: .5rem .5rem 0 0; border: 1px solid var(--line); border-radius: .25rem; background: var(--soft); color: inherit; cursor: pointer }
button:disabled { opacity: .5; cursor: default }
button.yes { background: var(--yes); color: #fff } button.no { background: var(--no); color: #fff } button.stop { background: var(--stop); color: #fff }
:focus-visible { outline: 3px solid #2563eb; outline-offset: 2px }
.said { font-weight: 600 }
.state { display: inline-block; padding: 0 .5rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .85rem }
`
