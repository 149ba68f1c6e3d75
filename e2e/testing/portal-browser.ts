import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { rootDir } from '@icmp-mon/infra/testing';

export const CHROMIUM = '/usr/bin/chromium';
const WIDE = 1280;
const NARROW = 390;
/** What WCAG 2.2 asks pages to reflow to. */
const NARROWEST = 320;
const HEIGHT = 800;
const THEMES = ['light', 'dark'] as const;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const QUIET_FLAGS = ['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];

/** A browser on the portal that keeps a list of all that went wrong in it. */
export class PortalBrowser {
  /** Errors of pages and consoles, and requests that left the portal's origin. */
  readonly faults: string[] = [];
  private readonly expectedAnswers: number[] = [];

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly profileDir: string,
    private readonly portalUrl: string,
  ) {
    this.listenTo(page);
  }

  /** Another tab of the same browser. */
  async tab(path: string): Promise<Page> {
    const page = await this.context.newPage();
    this.listenTo(page);
    await page.goto(path);
    return page;
  }

  private listenTo(page: Page): void {
    const { portalUrl } = this;
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => this.faults.push(`page error at ${page.url()}: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const { url } = message.location();
      // Chromium itself reports each answer of 401, also those that are expected: who is not signed in is told so.
      if (message.text().includes('401') && url.startsWith(`${portalUrl}/api/v1/auth/`)) return;
      const expected = this.expectedAnswers.findIndex((status) => message.text().includes(`a status of ${status}`));
      if (expected !== -1) return void this.expectedAnswers.splice(expected, 1);
      this.faults.push(`console error at ${page.url()}: ${message.text()} (${url})`);
    });
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== portalUrl) {
        this.faults.push(`a request left the portal: ${request.url()}`);
      }
    });
  }

  static async open(portalUrl: string): Promise<PortalBrowser> {
    const profileDir = mkdtempSync(path.join(tmpdir(), 'portal-browser-'));
    const context = await chromium.launchPersistentContext(profileDir, {
      executablePath: CHROMIUM,
      headless: true,
      args: [...FLAGS, ...QUIET_FLAGS],
      baseURL: portalUrl,
      viewport: { width: WIDE, height: HEIGHT },
      colorScheme: THEMES[0],
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'UTC',
    });
    const page = context.pages()[0] ?? (await context.newPage());
    return new PortalBrowser(context, page, profileDir, portalUrl);
  }

  /** The next answer with this status is meant to come, and no fault. */
  expectAnswer(status: number): void {
    this.expectedAnswers.push(status);
  }

  /** Types the credentials on the login page; says nothing of what comes of it. */
  async signIn(user: string, password: string): Promise<void> {
    await this.page.getByTestId('login-user').fill(user);
    await this.page.getByTestId('login-password').fill(password);
    await this.page.getByTestId('login-submit').click();
  }

  /**
   * Pictures of what is shown now in both themes and widths, as artefacts/product/<name>-<theme>-<width>.png. Returns what axe
   * finds and what is wider than the screen, one line each.
   */
  async inspect(name: string): Promise<string[]> {
    const dir = path.join(rootDir, 'artefacts/product');
    mkdirSync(dir, { recursive: true });
    const findings: string[] = [];
    for (const theme of THEMES) {
      await this.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      const isFirst = theme === THEMES[0];
      for (const width of isFirst ? [WIDE, NARROW, NARROWEST] : [WIDE, NARROW]) {
        await this.page.setViewportSize({ width, height: HEIGHT });
        // Charts follow their box in the next frames.
        await this.page.waitForTimeout(300);
        await this.page.screenshot({ path: path.join(dir, `${name}-${theme}-${width}.png`) });
        const where = `${name}, ${theme}, ${width} px`;
        // A narrow page has the colours of a wide one: what it may have besides is another order and other parts.
        const isNew = width === WIDE || (width === NARROW && isFirst);
        if (isNew) findings.push(...(await this.violations()).map((finding) => `${where}: ${finding}`));
        if (await this.scrollsSideways()) findings.push(`${where}: the page is wider than the screen`);
      }
    }
    await this.page.setViewportSize({ width: WIDE, height: HEIGHT });
    await this.page.emulateMedia({ colorScheme: THEMES[0], reducedMotion: 'reduce' });
    return findings;
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.profileDir, { recursive: true, force: true });
  }

  private async violations(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page: this.page }).setLegacyMode().analyze();
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary}`),
    );
  }

  private scrollsSideways(): Promise<boolean> {
    return this.page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  }
}
