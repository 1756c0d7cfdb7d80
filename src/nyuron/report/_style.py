"""The page's style sheet and its few lines of script. Nothing comes from elsewhere."""

_LIGHT = """--page:#f6f7f9;--card:#ffffff;--sunk:#f1f3f6;--ink:#161b24;--soft:#566070;--rule:#e2e6ec;
--first:#1f63d0;--second:#c4500a;--good:#0b7a53;--bad:#b3261e;--on:#ffffff;--shadow:0 1px 2px rgb(16 24 40/.05),0 4px 16px rgb(16 24 40/.04)"""
_DARK = """--page:#0f1319;--card:#171c24;--sunk:#1e242e;--ink:#e9edf3;--soft:#9ba7b7;--rule:#2a323e;
--first:#79aefc;--second:#ffa35c;--good:#58cf9c;--bad:#ff8a80;--on:#0f1319;--shadow:none"""

STYLE = (
    f":root{{color-scheme:light dark;{_LIGHT}}}@media(prefers-color-scheme:dark){{:root{{{_DARK}}}}}"
    + """
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",
 "Noto Sans","Noto Sans KR","Apple SD Gothic Neo","Malgun Gothic",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:40px 24px 72px}
a{color:var(--first)}a:focus-visible,button:focus-visible,.scroll:focus-visible{outline:2px solid var(--first);outline-offset:2px}
h1,h2,h3{line-height:1.2;letter-spacing:-.015em;margin:0;text-wrap:balance}
h1{font-size:clamp(30px,5vw,44px);font-weight:700;overflow-wrap:anywhere}
h2{font-size:21px;font-weight:650;margin-bottom:16px}h3{font-size:15px;font-weight:600;margin:0 0 10px}
p{margin:0 0 14px;max-width:70ch}.soft,small{color:var(--soft)}small{font-size:13.5px}
.eyebrow{font-size:14px;color:var(--soft);margin:0 0 6px}.eyebrow b{color:var(--ink);font-weight:600}
.verdict{display:grid;grid-template-columns:minmax(0,1.15fr) minmax(0,1fr);gap:28px 44px;align-items:end;margin:22px 0 24px}
.figure{font-size:clamp(48px,8vw,76px);font-weight:700;letter-spacing:-.035em;line-height:1}
.verdict p{margin:10px 0 0;font-size:18px;color:var(--soft);max-width:38ch}
.tiles{display:flex;flex-wrap:wrap;gap:1px;background:var(--rule);border:1px solid var(--rule);
 border-radius:14px;overflow:hidden;box-shadow:var(--shadow)}
.tiles div{flex:1 1 140px;background:var(--card);padding:14px 18px}.tiles b{display:block;font-size:21px;font-weight:650;letter-spacing:-.02em}
.tiles span{color:var(--soft);font-size:14px}
nav{display:flex;flex-wrap:wrap;gap:4px 20px;margin:22px 0 0;font-size:15px}nav a{text-decoration:none}nav a:hover{text-decoration:underline}
section{background:var(--card);border:1px solid var(--rule);border-radius:14px;padding:26px 28px;margin:20px 0;box-shadow:var(--shadow);
 scroll-margin-top:16px}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,350px),1fr));gap:26px 40px;align-items:start}
.wide{margin-top:26px}
.facts{margin:0;display:grid;gap:9px}.facts>div{display:grid;grid-template-columns:minmax(96px,7.5em) 1fr;gap:16px}
.facts dt{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}
.note{border-left:3px solid var(--rule);padding:2px 0 2px 14px;color:var(--soft)}
.note.bad{border-color:var(--bad);color:var(--ink)}.note.warn{border-color:var(--second);color:var(--ink)}
figure{margin:0}figure svg{display:block;width:100%;height:auto;overflow:visible}figure svg text{font-family:inherit}
figcaption{font-size:15px;font-weight:600;margin-bottom:8px}.keys{display:flex;flex-wrap:wrap;gap:0 16px;min-height:24px}
.key{font-weight:400;font-size:14px;color:var(--soft);white-space:nowrap}
.key::before{content:"";display:inline-block;width:14px;height:3px;border-radius:2px;background:var(--first);margin-right:6px;vertical-align:middle}
.key.second::before{background:var(--second)}.key.dot::before{width:9px;height:9px;border-radius:50%;opacity:.6}
.key.kept::before{width:9px;height:9px;border-radius:50%;background:var(--second)}
.meter{display:inline-block;width:100%;height:8px;border-radius:4px;background:var(--sunk);overflow:hidden;vertical-align:middle}
.meter i{display:block;height:100%;border-radius:4px;background:var(--first)}.meter.second i{background:var(--second)}
.bars{display:grid;grid-template-columns:minmax(24px,max-content) 1fr max-content;gap:7px 14px;align-items:center;font-size:15px}
.bars>span:nth-child(3n+1){overflow-wrap:anywhere;max-width:200px}.bars>span:nth-child(3n){color:var(--soft);text-align:right}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:15px;min-width:100%}
th{font-weight:500;color:var(--soft);text-align:left;white-space:nowrap}td,th{padding:7px 18px 7px 0;border-bottom:1px solid var(--rule)}
tbody tr:last-child td{border-bottom:0}td:last-child,th:last-child{padding-right:2px}.number{text-align:right;white-space:nowrap}
td.odd{color:var(--second);font-weight:600}td .meter{min-width:90px}
.matrix{border-collapse:separate;border-spacing:2px;min-width:0;font-size:14px}
.matrix td,.matrix th{border:0;padding:0;text-align:center}.matrix thead th{padding:0 2px 5px}.matrix tbody th{padding-right:9px;text-align:right}
.matrix td{min-width:34px;height:34px;border-radius:5px;background:var(--sunk)}
.matrix td.right{background:color-mix(in oklab,var(--first) var(--p),var(--sunk))}
.matrix td.wrong{background:color-mix(in oklab,var(--second) var(--p),var(--sunk))}
.matrix td.deep{color:var(--on);font-weight:600}.matrix td.none{color:transparent}
.axis{font-size:14px;color:var(--soft);margin:0 0 6px}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(104px,1fr));gap:20px 16px}
.pictures.small{grid-template-columns:repeat(auto-fill,minmax(56px,1fr));gap:12px}
.pictures img{display:block;width:100%;aspect-ratio:1;object-fit:contain;image-rendering:pixelated;border-radius:8px;background:var(--sunk);padding:6px}
.pictures figcaption{font-weight:400;font-size:14px;line-height:1.35;margin:7px 0 0}.pictures b{font-weight:650}
.pictures .said{color:var(--second)}
@media(prefers-color-scheme:dark){img.ink{filter:invert(1)}.pictures img.ink{background:#e1dbd1}}
.texts{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:16px 40px}
.texts blockquote{margin:0 0 4px;padding:0 0 0 14px;border-left:3px solid var(--rule);overflow-wrap:anywhere;white-space:pre-line}
.texts small,.texts div{margin-left:17px}.texts div{display:flex;flex-wrap:wrap;gap:0 8px;font-size:15px}.texts div small{margin-left:6px}.texts .said{color:var(--second)}
.scale{position:relative;height:74px}
.scale .track,.scale .band,.scale .point,.scale .mark{position:absolute}
.scale .track{left:0;right:0;top:30px;height:10px;border-radius:5px;background:var(--rule)}
.scale .band{top:30px;height:10px;border-radius:5px;background:var(--first);opacity:.45;min-width:4px}
.scale .point{top:26px;width:18px;height:18px;margin-left:-9px;border-radius:50%;background:var(--first);border:3px solid var(--page)}
.scale .mark{top:24px;width:2px;height:22px;margin-left:-1px;background:var(--soft)}
.scale span{position:absolute;font-size:14px;color:var(--soft);white-space:nowrap}.scale .above{top:-2px}.scale .below{top:50px}
pre{position:relative;background:var(--sunk);border-radius:10px;padding:16px 18px;margin:0 0 14px;overflow-x:auto;font-size:14px;line-height:1.55}
pre,code,kbd{font-family:ui-monospace,"SF Mono","Cascadia Code",Menlo,Consolas,"DejaVu Sans Mono",monospace}code{font-size:.9em}
.code{position:relative}.code button{position:absolute;top:9px;right:9px;font:500 13px/1 system-ui,sans-serif;color:var(--soft);background:var(--card);
 border:1px solid var(--rule);border-radius:7px;padding:7px 10px;cursor:pointer}.code button:hover{color:var(--ink)}
.code pre{padding-right:86px}
details{margin-top:18px}summary{cursor:pointer;color:var(--first);margin-bottom:12px;width:max-content;max-width:100%}
footer{color:var(--soft);font-size:14px;margin-top:28px}
@media(max-width:720px){main{padding:24px 14px 48px}section{padding:20px 16px;border-radius:12px}.verdict{grid-template-columns:1fr}
 .code pre{padding-right:18px}.code button{position:static;margin:-6px 0 16px}}
@media(max-width:430px){.facts>div{grid-template-columns:1fr;gap:0}.facts{gap:12px}}
@media print{body{background:#fff}section{break-inside:avoid;box-shadow:none}nav,.code button{display:none}details>*{display:block}}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
"""
)

SCRIPT = """
for (const box of document.querySelectorAll('.code')) {
  const button = document.createElement('button');
  button.type = 'button'; button.textContent = 'Copy';
  button.onclick = async () => {
    const text = box.querySelector('pre').innerText;
    try { await navigator.clipboard.writeText(text); } catch {
      const range = document.createRange(); range.selectNodeContents(box.querySelector('pre'));
      getSelection().removeAllRanges(); getSelection().addRange(range); document.execCommand('copy');
    }
    button.textContent = 'Copied'; setTimeout(() => button.textContent = 'Copy', 1500);
  };
  box.append(button);
}
"""
