"""The page's style sheet: no fonts from elsewhere, light and dark."""

STYLE = """
:root{--ink:#1b2430;--soft:#5b6472;--line:#e3e7ed;--page:#f7f8fa;--card:#fff;--accent:#2f6fde}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#9aa5b4;--line:#2b3442;--page:#12161d;--card:#1a2029;--accent:#7aa7f7}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans KR",sans-serif}
main{max-width:1040px;margin:0 auto;padding:32px 20px 80px}
header{margin-bottom:28px}.when{color:var(--soft);margin:0;font-size:14px}
h1{font-size:40px;line-height:1.1;margin:4px 0 20px;letter-spacing:-.02em}
h2{font-size:20px;margin:0 0 14px;letter-spacing:-.01em}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:22px 24px;margin:18px 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px}
.tile b{display:block;font-size:26px;font-variant-numeric:tabular-nums;letter-spacing:-.02em}.tile span{color:var(--soft);font-size:14px}
table{border-collapse:collapse;font-size:15px;font-variant-numeric:tabular-nums}
.facts th{text-align:left;font-weight:500;color:var(--soft);padding:5px 24px 5px 0;vertical-align:top;white-space:nowrap}
.facts td{padding:5px 0;overflow-wrap:anywhere;width:100%}
.wide{overflow-x:auto}.rows th,.rows td{padding:5px 14px 5px 0;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
.rows th{color:var(--soft);font-weight:500}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:18px}
figure{margin:0}figure svg{width:100%;height:auto;max-width:620px}
@media (prefers-color-scheme:dark){figure svg{filter:brightness(1.25)}}
.bars{max-width:520px}.bar{display:flex;align-items:center;gap:10px;font-size:14px}
.bar span{width:110px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.bar i{background:var(--accent);height:10px;border-radius:5px;min-width:2px}.bar em{color:var(--soft);font-style:normal}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(104px,1fr));gap:16px}
.pictures img{width:100%;image-rendering:pixelated;border:1px solid var(--line);border-radius:8px;background:#fff}
figcaption{font-size:15px;margin-top:4px}figcaption small{display:block;color:var(--soft)}
pre{background:var(--page);border:1px solid var(--line);border-radius:8px;padding:14px 16px;overflow-x:auto;font-size:14px;line-height:1.45}
pre.summary{line-height:1.2}code{font-size:14px}
@media (max-width:600px){.facts th{display:block;padding-bottom:0}.facts td{display:block}h1{font-size:32px}}
"""
