/** The look of a page; colours follow the reader's system. */
export const style = `
:root{color-scheme:light dark;--ink:#1d2430;--soft:#667085;--line:#d9dee7;--back:#fff;--box:#f5f7fa;--good:#0a7a3d;--bad:#b42318;--wait:#9a6700;--mark:#3056d3}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#98a2b3;--line:#343b49;--back:#12151b;--box:#1b2029;--good:#4cc38a;--bad:#ff8a80;--wait:#e2b340;--mark:#8fa8ff}}
body{margin:0 auto;max-width:70rem;padding:1.5rem;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back)}
h1{font-size:1.35rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.05rem;margin:2rem 0 .5rem}
p{margin:.3rem 0}.soft,.cut,time{color:var(--soft)}.cut{font-size:.85em}
.status{display:inline-block;padding:.1rem .6rem;border-radius:1rem;color:#fff;font-weight:600}
.accepted,.done{background:#0a7a3d}.stopped,.open{background:#9a6700}.failed{background:#b42318}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.8rem 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin-bottom:1.2rem}th,td{text-align:right;padding:.25rem .6rem;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{text-align:left;overflow-wrap:anywhere}th{color:var(--soft);font-weight:500}
details{border-left:2px solid var(--line);margin:.15rem 0 .15rem .2rem;padding-left:.8rem}summary{cursor:pointer;overflow-wrap:anywhere;padding:.1rem 0}
summary .side{color:var(--soft);font-size:.88em}.bad>summary b,.objection{color:var(--bad)}.good>summary b{color:var(--good)}.person>summary b{color:var(--mark)}.lost>summary b{color:var(--wait)}
pre{background:var(--box);border:1px solid var(--line);border-radius:.4rem;padding:.6rem;margin:.3rem 0;max-height:32rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;font:12.5px/1.45 ui-monospace,monospace}
.added{color:var(--good)}.removed{color:var(--bad)}.place,.file{color:var(--soft)}code{font:12.5px ui-monospace,monospace;overflow-wrap:anywhere}
.role{color:var(--soft);font-size:.85em;margin-top:.6rem}ul{margin:.3rem 0;padding-left:1.2rem}
`
