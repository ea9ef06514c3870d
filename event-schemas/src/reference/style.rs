//! The look of the pages: readable on paper, on a telephone, and in the dark.

pub(super) const STYLE: &str = "
:root { color-scheme: light dark; --line: #c9ced6; --soft: #f3f5f8; --ink: #1a1f29; --page: #fff; --mark: #8a4b00; }
@media (prefers-color-scheme: dark) { :root { --line: #3c4454; --soft: #1d232e; --ink: #e4e8ef; --page: #12161d; --mark: #f0b060; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; background: var(--page); color: var(--ink);
  font: 16px/1.6 system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif; }
h1, h2, h3 { line-height: 1.25; } h2 { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
code, pre { font: 14px/1.5 ui-monospace, Consolas, monospace; overflow-wrap: anywhere; }
pre { padding: .8rem; background: var(--soft); overflow-x: auto; overflow-wrap: normal; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
th { background: var(--soft); } .mark { color: var(--mark); font-weight: 600; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dd { margin: 0; }
summary { cursor: pointer; font-weight: 600; padding: .3rem 0; } nav li { margin: .2rem 0; }
@media print { details { display: block; } h2 { break-before: page; } }
";
