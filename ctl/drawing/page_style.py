# SPDX-License-Identifier: Apache-2.0
"""How the page looks, light and dark, and the little that it does: nothing of it is needed."""

CSS = """
:root{--back:#fff;--text:#1c2024;--soft:#596270;--line:#c9d0d8;--box:#f5f7f9;--inner:#fff;
--idle:#eef1f4;--shared:#cfe3f7;--sharedtext:#0b3d66;--mark:#b3261e;--ink:#101418}
@media (prefers-color-scheme:dark){:root{--back:#14171a;--text:#e6e9ec;--soft:#a3adb8;
--line:#3a424b;--box:#1c2126;--inner:#22282e;--idle:#2a3138;--shared:#1d4468;--sharedtext:#d8ebff;
--mark:#ffb4ab;--ink:#101418}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:110rem;background:var(--back);color:var(--text);
font:15px/1.45 system-ui,sans-serif}
h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.15rem;margin:.2rem 0 .5rem}
h3,h4{font-size:1rem;margin:0 0 .2rem}
small{font-weight:400;color:var(--soft);font-size:.85em;overflow-wrap:anywhere}
section{margin:0 0 1rem}
.package{border:1px solid var(--line);border-radius:8px;padding:.7rem;background:var(--box)}
.die{border:1px dashed var(--line);border-radius:6px;padding:.5rem;margin:0 0 .6rem}
.nodes{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:.6rem}
.node{border:1px solid var(--line);border-radius:6px;padding:.5rem .6rem;background:var(--inner);
margin:0}
.memory{border-style:dashed}
.use{margin:0 0 .4rem;color:var(--soft);font-size:.82rem;overflow-wrap:anywhere;max-height:7.5em;
overflow:auto}
.note{border-left:4px solid var(--mark);padding-left:.6rem}
.group{display:flex;flex-wrap:wrap;gap:4px;padding:3px}
.divided+.divided{border-top:2px solid var(--line);margin-top:3px;padding-top:6px}
.core{display:inline-flex;border:1px solid var(--line);border-radius:4px;overflow:hidden;
font-weight:400}
.small{border-radius:11px;border-style:dashed}
i{font:11px/1.7 ui-monospace,monospace;padding:0 4px;min-width:1.9em;text-align:center;
background:var(--idle);color:var(--soft)}
i+i{border-left:1px solid var(--line)}
i.shared{background:var(--shared);color:var(--sharedtext)}
i.isolated{background:repeating-linear-gradient(45deg,var(--idle) 0 4px,var(--line) 4px 6px);
color:var(--text)}
i.exclusive{color:var(--ink)}
i u,td u{font-weight:700;text-decoration:none;padding-left:3px}
td u{padding:0 5px;border-radius:3px;color:var(--text)}
td u[class]{color:var(--ink)}
i.on{outline:2px solid var(--mark);outline-offset:-2px}
.c0{background:#8fd18a}.c1{background:#f2b766}.c2{background:#9db8f2}.c3{background:#e79ac0}
.c4{background:#7fd0cf}.c5{background:#d9d16a}.c6{background:#c3a5ec}.c7{background:#f09c86}
.c8{background:#a8c97f}.c9{background:#85c5ec}.c10{background:#d6b08c}.c11{background:#b9c0c8}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;padding:0;margin:.5rem 0 1rem}
.wide{overflow-x:auto}
table{border-collapse:collapse}
td,th{border-bottom:1px solid var(--line);padding:.25rem .7rem;text-align:left;
font-variant-numeric:tabular-nums;vertical-align:top}
td{overflow-wrap:anywhere}
.numbers td,.numbers th{text-align:right}
tbody th{font-weight:400}
button{all:unset;cursor:pointer;text-decoration:underline dotted}
button[aria-pressed=true]{font-weight:700;color:var(--mark)}
button:focus-visible,input:focus-visible{outline:2px solid var(--mark);outline-offset:2px}
input{font:inherit;padding:.2rem .5rem;background:var(--inner);color:var(--text);
border:1px solid var(--line);border-radius:4px}
@media print{body{max-width:none}.use{max-height:none}}
"""
"""Colours of letters on each background keep a contrast of 4.5 to 1, in both schemes."""

SCRIPT = """
(() => {
  const table = document.getElementById("table");
  if (!table) return;
  const rows = [...table.tBodies[0].rows];
  const cells = (row) => row.dataset.cpus.split(",").filter(Boolean).flatMap((part) => {
    const [low, high] = part.split("-").map(Number);
    const found = [];
    for (let id = low; id <= (high ?? low); id++) found.push(document.getElementById("p" + id));
    return found.filter(Boolean);
  });
  let pressed = null;
  const light = (row, on) => row && cells(row).forEach((cell) => cell.classList.toggle("on", on));
  for (const row of rows) {
    const button = row.querySelector("button");
    row.addEventListener("mouseenter", () => light(row, true));
    row.addEventListener("mouseleave", () => { light(row, false); light(pressed, true); });
    button.addEventListener("click", () => {
      light(pressed, false);
      pressed?.querySelector("button").setAttribute("aria-pressed", "false");
      pressed = pressed === row ? null : row;
      pressed?.querySelector("button").setAttribute("aria-pressed", "true");
      light(pressed, true);
    });
  }
  const filter = document.getElementById("filter");
  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    let count = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      count += row.hidden ? 0 : 1;
    }
    document.getElementById("found").textContent = count + " of " + rows.length;
  });
})();
"""
"""Shows where a container is that is pointed at or pressed, and finds containers."""
