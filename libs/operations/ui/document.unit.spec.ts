import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchorOf, documentSections, pageOf } from './document';

describe('a document as sections', () => {
  it('has one section per heading, and one for the text above the first heading', () => {
    const sections = documentSections('above\n\n# Title\n\none `two`\n\n## The `code` part, again\n\nthree', 'agent');
    expect(sections.map(({ id, depth, title }) => [id, depth, title])).toEqual([
      ['', 0, ''],
      ['title', 1, 'Title'],
      ['the-code-part-again', 2, 'The code part, again'],
    ]);
    expect(sections[1]?.html).toBe('<p>one <code>two</code></p>\n');
  });

  it('has a numbered anchor for a repeated heading, as on GitHub', () => {
    const sections = documentSections('# A\n\n## Again\n\n## again!\n\n## Again 1\n\n## Again', 'agent');
    expect(sections.map(({ id }) => id)).toEqual(['a', 'again', 'again-1', 'again-1-1', 'again-2']);
  });

  it('turns relative links into links to portal pages, and links to missing documents into text', () => {
    const [section] = documentSections(
      '# A\n\n[one](positions.md) [two](../agent.md#the-spool) [*three*](../../CONTRIBUTING.md) [four](#here) [five](https://example.org/x)',
      'runbooks/health',
    );
    expect(section?.html).toBe(
      '<p><a href="/docs/runbooks/positions">one</a> <a href="/docs/agent#the-spool">two</a> *three* ' +
        '<a href="/docs/runbooks/health#here">four</a> <a href="https://example.org/x">five</a></p>\n',
    );
  });

  it('links documents that are named in code', () => {
    const [section] = documentSections('# A\n\n`docs/agent.md` `docs/schemas/x.md`', 'runbooks/health');
    expect(section?.html).toBe(
      '<p><a href="/docs/agent"><code>docs/agent.md</code></a> <code>docs/schemas/x.md</code></p>\n',
    );
  });

  it('marks drawings, which scroll by keyboard instead of wrapping', () => {
    const [section] = documentSections('# A\n\n```text\na ──▶ <b>\n```\n\n```sh\nnpm start\n```', 'architecture');
    expect(section?.html).toBe(
      '<pre class="drawing" tabindex="0"><code class="language-text">a ──▶ &lt;b&gt;\n</code></pre>\n' +
        '<pre><code class="language-sh">npm start\n</code></pre>\n',
    );
  });

  it('lets the keyboard reach tables, which scroll on a narrow screen', () => {
    const [section] = documentSections('# A\n\n| a |\n| - |\n| b |', 'settings');
    expect(section?.html).toMatch(/^<table tabindex="0">/);
  });

  it('loads its images from below /docs', () => {
    const [section] = documentSections('# A\n\n![A graph](images/x.png)', 'grafana');
    expect(section?.html).toBe('<p><img src="/docs/images/x.png" alt="A graph"></p>\n');
  });

  it.each(['https://elsewhere.example/x.png', '//elsewhere.example/x.png', 'http://['])(
    'shows the description of the image %j, which it does not load',
    (href) => {
      const [section] = documentSections(`# A\n\n![A graph](${href})`, 'grafana');
      expect(section?.html).toBe('<p>A graph</p>\n');
    },
  );

  it.each([
    ['javascript:alert(1)', null],
    ['../../etc/passwd', null],
    ['../../api/v1/targets', null],
    ['images/x.png', null],
    ['//evil.example/x.md', null],
    ['schemas/x.md', null],
    ['http://[', 'http://['],
    ['//[', null],
    ['mailto:noc@example.net', 'mailto:noc@example.net'],
    ['x.md', '/docs/x'],
    ['design/shards.md#invariants', '/docs/design/shards#invariants'],
    ['adr/0001-vitest.md', '/docs/adr/0001-vitest'],
  ])('turns the link %j into %j', (href, page) => {
    expect(pageOf(href, 'agent')).toBe(page);
  });

  it('links to every document of the repository, all of which the portal ships', () => {
    expect(readFileSync('apps/portal/project.json', 'utf8')).toContain('"glob": "**/*.md", "input": "docs"');
    const documents = globSync('docs/**/*.md');
    expect(documents.length).toBeGreaterThan(50);
    expect(documents.filter((path) => pageOf(path.replace('docs/', ''), 'agent') === null)).toEqual([]);
  });

  it('exists for each link of a template, with the heading that the link names', () => {
    const links = globSync(['libs/**/ui/*.{html,ts}', 'apps/portal/**/*.{html,ts}']).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/routerLink="\/docs\/([^"]+)"(?:\s+fragment="([^"]+)")?/g)].map(
        ([, name = '', fragment]) => ({ file, name, fragment }),
      ),
    );
    expect(links.length).toBeGreaterThan(5);
    const isBroken = ({ name, fragment }: { name: string; fragment: string | undefined }): boolean => {
      const document = `docs/${name}.md`;
      if (!existsSync(document)) return true;
      const sections = documentSections(readFileSync(document, 'utf8'), name);
      return fragment !== undefined && !sections.some(({ id }) => id === fragment);
    };
    expect(links.filter(isBroken)).toEqual([]);
  });

  it('contains the heading that each health part names as its runbook', () => {
    const named = globSync('libs/*/server/**/*.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/runbook: '([\w/-]+)\.md#([\w-]+)'/g)].map(([, name = '', anchor]) => ({
        name,
        anchor,
      })),
    );
    expect(named.length).toBeGreaterThan(8);
    for (const { name, anchor } of named) {
      const sections = documentSections(readFileSync(`docs/${name}.md`, 'utf8'), name);
      expect(sections.map(({ id }) => id)).toContain(anchor);
    }
  });
});

describe('anchorOf', () => {
  it('keeps letters, numbers and dashes', () => {
    expect(anchorOf('What is “late” (5 s)?')).toBe('what-is-late-5-s');
  });
});
