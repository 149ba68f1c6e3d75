import { Marked, type Token, type Tokens } from 'marked';

/** A part of a document: a heading and what follows up to the next one. */
export interface DocumentSection {
  /** Anchor; empty for the text above the first heading. */
  id: string;
  depth: number;
  title: string;
  html: string;
}

/** Paths below `docs/`, without `.md`, of the documents that the portal contains. Links to other documents become plain text. */
const SHIPPED = /^(?:(?:adr|design|how-to|results|runbooks)\/)?[a-z0-9-]+$/i;

/** Start of a code block with lines of a drawing. */
const DRAWING = /<pre>(?=<code[^>]*>[^<]*[─│┌└])/g;
const TABLE = /<table>/g;

/** Returns the sections of a Markdown document. `name` is its path below `docs/` without `.md`; its relative links become links to portal pages. */
export function documentSections(markdown: string, name: string): DocumentSection[] {
  const marked = new Marked({ gfm: true });
  const tokens = marked.lexer(markdown);
  void marked.walkTokens(tokens, (token) => leadLink(token, name));
  const sections: DocumentSection[] = [];
  let body: Token[] = [];
  let heading: Tokens.Heading | null = null;
  const anchors = new Anchors();
  const close = (): void => {
    const html = focusable(marked.parser(body));
    if (heading !== null) sections.push({ ...headingOf(heading, anchors), html });
    else if (html.trim() !== '') sections.push({ id: '', depth: 0, title: '', html });
    body = [];
  };
  for (const token of tokens) {
    if (token.type !== 'heading') {
      body.push(token);
      continue;
    }
    close();
    heading = token as Tokens.Heading;
  }
  close();
  return sections;
}

/** Drawings and tables scroll sideways on a narrow screen, so the keyboard has to reach them. */
function focusable(html: string): string {
  return html.replace(DRAWING, '<pre class="drawing" tabindex="0">').replace(TABLE, '<table tabindex="0">');
}

function headingOf({ text, depth }: Tokens.Heading, anchors: Anchors): Omit<DocumentSection, 'html'> {
  return { id: anchors.nextAnchor(text), depth, title: text.replaceAll('`', '') };
}

/** Assigns the anchors of one document: a repeated heading gets a number at its end, as on GitHub. */
class Anchors {
  private readonly given = new Map<string, number>();

  nextAnchor(heading: string): string {
    const base = anchorOf(heading);
    let anchor = base;
    let count = this.given.get(base) ?? 0;
    while (this.given.has(anchor)) anchor = `${base}-${++count}`;
    this.given.set(anchor, 0).set(base, count);
    return anchor;
  }
}

/** Returns the anchor of a heading, by GitHub's rules. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function leadLink(token: Token, name: string): void {
  if (token.type === 'image') return leadImage(token as Tokens.Image, name);
  if (token.type === 'codespan') return leadCode(token as Tokens.Codespan);
  if (token.type !== 'link') return;
  const link = token as Tokens.Link;
  const target = pageOf(link.href, name);
  if (target !== null) link.href = target;
  // The portal does not contain the linked page: a text token replaces the link.
  else Object.assign(token, { type: 'text', raw: link.text, text: link.text, tokens: undefined });
}

/** Images of other sites are not loaded: a text token with the description replaces them. */
function leadImage(token: Tokens.Image, name: string): void {
  const url = URL.parse(token.href, `http://portal/docs/${name}`);
  if (url?.host === 'portal') token.href = url.pathname;
  else Object.assign(token, { type: 'text', raw: token.text, text: token.text, tokens: undefined });
}

/** Makes a document named in code, such as `docs/agent.md`, a link to its page. */
function leadCode(token: Tokens.Codespan): void {
  const name = /^docs\/(.+)\.md$/.exec(token.text)?.[1];
  if (name === undefined || !SHIPPED.test(name)) return;
  // The name needs no HTML escaping. A nested code token would be visited too and become a link again.
  const code = `<code>${token.text}</code>`;
  Object.assign(token, {
    type: 'link',
    href: `/docs/${name}`,
    title: null,
    tokens: [{ type: 'html', raw: code, text: code }],
  });
}

/** Returns the portal path of a link in document `name`; the unchanged link if it leads to another site, null if it leads to no portal page. */
export function pageOf(href: string, name: string): string | null {
  if (/^(?:https?:\/\/|mailto:)/i.test(href)) return href;
  const [file = '', anchor] = href.split('#');
  const base = new URL(`http://portal/docs/${name}`);
  const url = file === '' ? base : URL.parse(file, base);
  if (url?.host !== base.host) return null;
  const path = url.pathname.replace(/\.md$/, '');
  if (!path.startsWith('/docs/') || !SHIPPED.test(path.slice('/docs/'.length))) return null;
  if (file !== '' && !file.endsWith('.md')) return null;
  return anchor === undefined ? path : `${path}#${anchor}`;
}
