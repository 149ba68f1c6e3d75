import { Marked, type Token, type Tokens } from 'marked';

/** A part of a document: a heading and what follows up to the next one. */
export interface DocumentSection {
  /** As links to it name it; empty for the text above the first heading. */
  id: string;
  depth: number;
  title: string;
  html: string;
}

/** Documents that the portal has, below `docs/`, without `.md`. Links to others become text. */
const SHIPPED = /^(?:runbooks\/)?[a-z0-9-]+$/i;

/** The sections of a Markdown document. `name` is its path below `docs/` without `.md`; relative links in it lead to pages of the portal. */
export function documentSections(markdown: string, name: string): DocumentSection[] {
  const marked = new Marked({ gfm: true });
  const tokens = marked.lexer(markdown);
  marked.walkTokens(tokens, (token) => leadLink(token, name));
  const sections: DocumentSection[] = [];
  let body: Token[] = [];
  let heading: Tokens.Heading | null = null;
  const anchors = new Anchors();
  const close = (): void => {
    const html = marked.parser(body);
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

function headingOf({ text, depth }: Tokens.Heading, anchors: Anchors): Omit<DocumentSection, 'html'> {
  return { id: anchors.next(text), depth, title: text.replaceAll('`', '') };
}

/** The anchors of one document: a heading that comes again has a number at its end, as on GitHub. */
class Anchors {
  private readonly given = new Map<string, number>();

  next(heading: string): string {
    const base = anchorOf(heading);
    let anchor = base;
    let count = this.given.get(base) ?? 0;
    while (this.given.has(anchor)) anchor = `${base}-${++count}`;
    this.given.set(anchor, 0).set(base, count);
    return anchor;
  }
}

/** As GitHub makes an anchor of a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function leadLink(token: Token, name: string): void {
  if (token.type === 'image') token.href = new URL(String(token.href), `http://portal/docs/${name}`).pathname;
  if (token.type === 'codespan') return leadCode(token as Tokens.Codespan);
  if (token.type !== 'link') return;
  const link = token as Tokens.Link;
  const target = pageOf(link.href, name);
  if (target !== null) link.href = target;
  // A text token in place of the link: the page that it names is not part of the portal.
  else Object.assign(token, { type: 'text', raw: link.text, text: link.text, tokens: undefined });
}

/** A document that is named in code, `docs/agent.md`, is a link to its page. */
function leadCode(token: Tokens.Codespan): void {
  const name = /^docs\/(.+)\.md$/.exec(token.text)?.[1];
  if (name === undefined || !SHIPPED.test(name)) return;
  // The name has no character that HTML needs escaped. A token of code inside would be walked and made into a link again.
  const code = `<code>${token.text}</code>`;
  Object.assign(token, {
    type: 'link',
    href: `/docs/${name}`,
    title: null,
    tokens: [{ type: 'html', raw: code, text: code }],
  });
}

/** Where a link of the document `name` leads within the portal; one to another site is left as it is, null if it leads nowhere. */
export function pageOf(href: string, name: string): string | null {
  if (/^https?:\/\//.test(href)) return href;
  const [file = '', anchor] = href.split('#');
  const base = new URL(`http://portal/docs/${name}`);
  const path = file === '' ? base.pathname : new URL(file, base).pathname.replace(/\.md$/, '');
  if (!path.startsWith('/docs/') || !SHIPPED.test(path.slice('/docs/'.length))) return null;
  if (file !== '' && !file.endsWith('.md')) return null;
  return anchor === undefined ? path : `${path}#${anchor}`;
}
