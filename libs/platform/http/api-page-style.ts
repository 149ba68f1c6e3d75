/** Colours, sizes and fonts of the portal (libs/platform/ui-kit/styles) for a standalone page. */
export const API_PAGE_STYLE = `
:root { color-scheme: light dark;
  --ground: light-dark(#f4f6f8, #0f151c); --surface: light-dark(#fff, #161e27); --sunken: light-dark(#eceff3, #121922);
  --hover: light-dark(#edf2f7, #1f2a36); --line: light-dark(#d9dfe6, #2a3643); --text: light-dark(#17212b, #e6edf3);
  --quiet: light-dark(#55616e, #a3b1bf); --accent: light-dark(#1259a8, #7fb6f2); --up: light-dark(#187855, #3fb98a);
  --degraded: light-dark(#9a5800, #f0b44c); --danger: light-dark(#b3261e, #ff8a80);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', 'Liberation Mono', monospace; }
*, ::before, ::after { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif; }
h1, h2, h3, h4, p { margin: 0; }
h1 { font-size: 20px; line-height: 28px; font-weight: 600; }
h2 { font-size: 16px; line-height: 24px; font-weight: 600; text-transform: capitalize; }
h3 { display: inline; font-size: 14px; font-weight: 400; }
h4 { font-size: 13px; font-weight: 600; }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; border-radius: 3px; }
code, pre { font-family: var(--mono); font-size: 13px; }
.bar { display: flex; gap: 16px; align-items: center; min-height: 48px; padding: 0 24px; background: var(--surface);
  border-bottom: 1px solid var(--line); }
.columns { display: grid; grid-template-columns: 240px minmax(0, 1fr); gap: 24px; padding: 16px 24px 24px; }
nav { position: sticky; top: 16px; align-self: start; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav a { display: block; min-height: 32px; padding: 6px 8px; border-radius: 6px; text-decoration: none; text-transform: capitalize; }
nav a:hover { background: var(--hover); }
main, section { display: flex; flex-direction: column; gap: 8px; min-width: 0; }
section { margin-top: 16px; scroll-margin-top: 16px; }
.quiet { color: var(--quiet); }
details { background: var(--surface); border: 1px solid var(--line); border-radius: 6px; }
summary { min-height: 40px; padding: 9px 16px; cursor: pointer; overflow-wrap: anywhere; }
summary code { margin-right: 8px; }
summary:hover { background: var(--hover); }
.method { display: inline-block; min-width: 64px; font: 600 12px var(--mono); color: var(--accent); }
.method.post, .method.put, .method.patch { color: var(--degraded); }
.method.delete { color: var(--danger); }
.inside { display: flex; flex-direction: column; gap: 12px; padding: 4px 16px 16px; border-top: 1px solid var(--line); }
pre { margin: 0; padding: 8px 12px; background: var(--sunken); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--quiet); }
.status { font: 600 13px var(--mono); }
.status.good { color: var(--up); }
@media (max-width: 760px) { .columns { grid-template-columns: minmax(0, 1fr); padding: 16px; } nav { position: static; } }
`;
