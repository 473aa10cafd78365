/** Style and script of the HTML report. */

export const PAGE_STYLE = `
:root{color-scheme:light dark;--ink:#1d2430;--soft:#5b6675;--line:#d9dee6;--ground:#f6f7f9;--paper:#fff;
--passed:#1a7f4b;--failed:#c02a2a;--skipped:#8a6d1a;--passed-bg:#e4f4ea;--failed-bg:#fbe6e6;--skipped-bg:#f8f1d9}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#9aa5b5;--line:#343c49;--ground:#14181f;--paper:#1c222b;
--passed:#57c98a;--failed:#f28080;--skipped:#d9bd62;--passed-bg:#17362a;--failed-bg:#43201f;--skipped-bg:#3a3218}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
header,main{max-width:76rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:2rem}
h1{font-size:1.6rem;margin:0}
h2{font-size:1.15rem;margin:2.2rem 0 .6rem}
h3{font-size:1rem;margin:0}
small{color:var(--soft);font-weight:normal}
code,pre{font:.87em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.verdict{font-size:1.05rem;margin:.3rem 0 1.2rem}
.verdict.passed{color:var(--passed)}.verdict.failed{color:var(--failed)}
.tiles{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:.8rem}
.tile{background:var(--paper);border:1px solid var(--line);border-top:4px solid var(--line);border-radius:6px;padding:.7rem 1rem}
.tile b{display:block;font-size:1.9rem;line-height:1.2}.tile span{color:var(--soft)}
.tile.passed{border-top-color:var(--passed)}.tile.failed{border-top-color:var(--failed)}.tile.skipped{border-top-color:var(--skipped)}
.bar{display:flex;height:.7rem;border-radius:6px;overflow:hidden;margin:.8rem 0;background:var(--line);gap:2px}
.bar i{min-width:3px}.bar .passed{background:var(--passed)}.bar .failed{background:var(--failed)}.bar .skipped{background:var(--skipped)}
table{border-collapse:collapse;width:100%;background:var(--paper);border:1px solid var(--line);border-radius:6px}
th,td{text-align:left;vertical-align:top;padding:.4rem .7rem;border-top:1px solid var(--line);overflow-wrap:anywhere}
thead th{border-top:0;color:var(--soft);font-weight:600;position:sticky;top:0;background:var(--paper)}
tbody th{font-weight:normal}
.facts th{width:12rem;color:var(--soft)}
.facts tr:first-child th,.facts tr:first-child td{border-top:0}
.n{text-align:right;width:6rem;white-space:nowrap;font-variant-numeric:tabular-nums}
td.n.passed{color:var(--passed)}td.n.failed{color:var(--failed);font-weight:600;background:var(--failed-bg)}td.n.skipped{color:var(--skipped)}td.none{color:var(--soft)}
.mark{white-space:nowrap;font-weight:600}
.mark.passed{color:var(--passed)}.mark.failed{color:var(--failed)}.mark.skipped{color:var(--skipped)}
tr[data-verdict=failed] td{background:var(--failed-bg)}
.cases td:nth-child(3){min-width:15rem}.clause{color:var(--soft);font-size:.9em}
.cases td.clause{min-width:11rem}
.failure{background:var(--paper);border:1px solid var(--line);border-left:4px solid var(--failed);border-radius:6px;padding:.9rem 1.1rem;margin:0 0 .9rem}
.failure p{margin:.35rem 0}
dl{display:grid;grid-template-columns:6rem 1fr;gap:.2rem .8rem;margin:.5rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--ground);border:1px solid var(--line);border-radius:4px;padding:.7rem;overflow:auto;max-height:24rem;margin:.5rem 0 0;white-space:pre-wrap;overflow-wrap:anywhere}
summary{cursor:pointer;color:var(--soft)}
.filter{display:flex;flex-wrap:wrap;gap:.4rem 1.1rem;align-items:center;margin-bottom:.7rem}
.filter input[type=search]{flex:1 1 18rem;padding:.45rem .7rem;border:1px solid var(--line);border-radius:6px;background:var(--paper);color:inherit;font:inherit}
.filter output{color:var(--soft);min-width:7rem;text-align:right}
main{padding-bottom:4rem}
@media (max-width:45rem){.cases th:nth-child(5),.cases td:nth-child(5){display:none}.cases td:nth-child(3){min-width:9rem}.facts th{width:8rem}
.n{width:auto}th,td{padding:.35rem .45rem}.matrix tbody th{overflow-wrap:break-word;min-width:9rem}}
@media print{.filter{display:none}body{background:#fff}thead th{position:static}}
`;

export const PAGE_SCRIPT = `
(() => {
  const rows = [...document.querySelectorAll('#cases tr')];
  const search = document.getElementById('search');
  const boxes = [...document.querySelectorAll('.filter input[data-verdict]')];
  const shown = document.getElementById('shown');
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const apply = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const verdicts = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.verdict));
    let count = 0;
    rows.forEach((row, i) => {
      const visible = verdicts.has(row.dataset.verdict) && words.every((word) => texts[i].includes(word));
      row.hidden = !visible;
      if (visible) count++;
    });
    shown.textContent = count === rows.length ? count + ' cases' : count + ' of ' + rows.length + ' cases';
  };
  search.addEventListener('input', apply);
  boxes.forEach((box) => box.addEventListener('change', apply));
  const wanted = new URLSearchParams(location.hash.slice(1));
  if (wanted.has('show')) {
    search.value = wanted.get('show');
    apply();
  }
})();
`;
