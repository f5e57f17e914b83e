// The look of a report. Colours are variables, so that light, dark and paper differ in one place.
#pragma once

namespace centigan {

inline constexpr char kReportStyle[] = R"css(
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#5c6570;--line:#e3e6ea;--card:#f6f7f9;
--c0:#0b6bcb;--c1:#d1560b;--c2:#138a5e;--c3:#a2469f;--c4:#97740a;--c5:#3a9bb5;--good:#138a5e;--bad:#c0392b;--warn:#a86a00}
@media screen and (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e6e9ed;--soft:#9aa4b0;--line:#2c3238;
--card:#1d2126;--c0:#6cb4ff;--c1:#ff9b5c;--c2:#4fd1a0;--c3:#e29bdf;--c4:#e3bd4f;--c5:#7fd3ea;--good:#4fd1a0;
--bad:#ff8577;--warn:#f0b95a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Ubuntu,Cantarell,"Liberation Sans",sans-serif}
main,header,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.75rem}
h1{font-size:1.9rem;line-height:1.2;font-weight:650;letter-spacing:-.015em;margin:0}
h2{font-size:1.2rem;line-height:1.3;font-weight:650;letter-spacing:-.005em;margin:0 0 .5rem}
h3{font-size:.95rem;font-weight:600;margin:1.6rem 0 .35rem}
p{margin:.35rem 0 .9rem;max-width:44rem}
.subtitle,.note,figcaption,footer,small{color:var(--soft)}
.subtitle{margin:.4rem 0 0}
.note,small,footer{font-size:.85rem}
.live::before{content:"";display:inline-block;width:.55em;height:.55em;border-radius:50%;background:var(--c2);
margin-right:.5em;vertical-align:.08em}
code,.mono{font:.86em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
a{color:var(--c0);text-decoration:none}a:hover{text-decoration:underline}
nav{margin:1.6rem 0 0;padding:.7rem 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line);
display:flex;flex-wrap:wrap;gap:.25rem 1.15rem;font-size:.9rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1.5rem 1.25rem;margin:1.9rem 0 0;padding:0}
.tiles div{min-width:0}
.tiles dt{font-size:.8rem;color:var(--soft);margin:0}
.tiles dd{margin:0;font-size:1.5rem;line-height:1.25;font-weight:600;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.tiles dd+dd{font-size:.8rem;font-weight:400;letter-spacing:0;color:var(--soft)}
section{padding:2.4rem 0 0}
figure{margin:0;min-width:0}
figcaption{font-size:.85rem;margin:.45rem 0 0;max-width:44rem}
img,svg{display:block;max-width:100%;height:auto}
img{border-radius:3px}
.sharp{image-rendering:pixelated}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr));gap:1.75rem 1.75rem;
align-items:start}
.picture,.sheet,.pictures{margin-top:1rem}.pictures>figure{margin-top:0}
.rows{display:flex;gap:.75rem}
.rows img{flex:0 1 auto;min-width:0;align-self:flex-start}
.rows ol{flex:none;list-style:none;margin:0;padding:0;display:grid;grid-auto-rows:1fr;font-size:.8rem;line-height:1.15;
color:var(--soft);font-variant-numeric:tabular-nums;max-width:6.5rem}
.rows li{display:flex;align-items:center;min-width:0}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:2rem 2.25rem;margin-top:1rem}
.chart figcaption{color:var(--ink);font-weight:600;font-size:.95rem;margin:0}
.chart svg{width:100%;overflow:visible}
.chart text{fill:var(--soft);font-size:10.5px;font-variant-numeric:tabular-nums}
.legend{display:flex;flex-wrap:wrap;gap:0 1rem;margin:.1rem 0 .3rem;font-size:.82rem;color:var(--soft)}
.legend b{color:var(--ink);font-weight:600;font-variant-numeric:tabular-nums}
.legend i{display:inline-block;width:1rem;height:0;border-top:2.5px solid;vertical-align:.28em;margin-right:.4rem;border-radius:2px}
.legend i.dashed{border-top-style:dotted}
.grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1;opacity:.6}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}.line.dashed{stroke-dasharray:4 3}
i.c0{border-color:var(--c0)}i.c1{border-color:var(--c1)}i.c2{border-color:var(--c2)}i.c3{border-color:var(--c3)}
i.c4{border-color:var(--c4)}i.c5{border-color:var(--c5)}
path.c0{stroke:var(--c0)}path.c1{stroke:var(--c1)}path.c2{stroke:var(--c2)}path.c3{stroke:var(--c3)}
path.c4{stroke:var(--c4)}path.c5{stroke:var(--c5)}
circle.c0{fill:var(--c0)}circle.c1{fill:var(--c1)}circle.c2{fill:var(--c2)}circle.c3{fill:var(--c3)}
circle.c4{fill:var(--c4)}circle.c5{fill:var(--c5)}
table{border-collapse:collapse;width:100%;margin:.8rem 0 0;font-size:.92rem;font-variant-numeric:tabular-nums}
th{font-weight:600;font-size:.8rem;color:var(--soft);text-align:left;vertical-align:bottom}
th,td{padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
td{vertical-align:top}
.numbers th+th,.numbers td+td{text-align:right}.numbers td+td{white-space:nowrap}.numbers td small{white-space:normal}
td small{display:block;line-height:1.4}.remarked td{border-bottom:0;padding-bottom:0}.remark td{padding-top:.1rem}
.verdict::first-letter{text-transform:uppercase}
.verdict{font-size:1.1rem;font-weight:600;margin-bottom:.3rem}
.verdict.ok{color:var(--good)}.verdict.check{color:var(--warn)}.verdict.memorising{color:var(--bad)}
ul.signs{list-style:none;padding:0;margin:.2rem 0 0}
ul.signs li{padding:.2rem 0 .2rem 1.5rem;position:relative}
ul.signs li::before{content:"○";position:absolute;left:0;color:var(--soft)}
ul.signs li.yes::before{content:"●";color:var(--bad)}
details{margin-top:1.1rem}summary{cursor:pointer;color:var(--soft);font-size:.9rem}
footer{padding-top:3rem;padding-bottom:3rem}
@media (min-width:36.01rem){.plain td+td{min-width:7rem}}
@media (min-width:56rem),print{main{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 2.25rem}
section{grid-column:1/-1}#data,#samples,#truncation,#interpolation{grid-column:auto}}
@media (max-width:36rem){body{font-size:15px}h1{font-size:1.5rem}header{padding-top:1.6rem}section{padding-top:2rem}
main,header,footer{padding-left:1rem;padding-right:1rem}.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:1.1rem 1rem}
.tiles dd{font-size:1.25rem}.rows{gap:.5rem}.rows ol{font-size:.7rem;max-width:3.6rem}th,td{padding-right:.5rem}
table{font-size:.86rem}}
@media print{@page{margin:16mm 15mm}body{font-size:10pt}nav,details,.moving,.live::before{display:none}
main,header,footer{max-width:none;padding:0}section{padding-top:7mm}h2,section>p{break-after:avoid}
figure,tr,.tiles{break-inside:avoid}.charts{grid-template-columns:1fr 1fr;gap:6mm}.pictures{grid-template-columns:1fr 1fr}
.tiles{grid-template-columns:repeat(4,1fr)}a{color:inherit}img{max-height:120mm;width:auto}}
@media (prefers-reduced-motion:reduce){.moving{display:none}}
)css";

}  // namespace centigan
