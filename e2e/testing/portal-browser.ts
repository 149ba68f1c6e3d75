import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { rootDir } from '@icmp-mon/infra/testing';
import type { Access } from './running-product';

export const CHROMIUM = '/usr/bin/chromium';
const WIDE = 1280;
const NARROW = 390;
/** Width to which WCAG 2.2 requires pages to reflow. */
const NARROWEST = 320;
const HEIGHT = 800;
const THEMES = ['light', 'dark'] as const;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
/** True once the page has its last width in a frame of its own, and each chart has the width of its place: charts follow after 100 ms. */
const IS_LAID_OUT = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(
  [...document.querySelectorAll('[_echarts_instance_] canvas')].every((canvas) =>
    Math.abs(canvas.clientWidth - canvas.closest('[_echarts_instance_]').clientWidth) <= 1)))))`;
const QUIET_FLAGS = ['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];

/** A browser on the portal that collects all errors. */
export class PortalBrowser {
  /** Errors of pages and consoles, and requests that left the portal's origin. */
  readonly faults: string[] = [];
  /** Origins that pages may open, besides the portal's. */
  readonly otherOrigins = new Set<string>();
  private readonly expectedAnswers: number[] = [];
  /** Status of which any number of responses is expected. */
  private toleratedAnswer: number | null = null;

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly profileDir: string,
    private readonly portalUrl: string,
  ) {
    this.listenTo(page);
  }

  /** Opens another tab of the same browser. */
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
      // Chromium logs every 401, including the expected ones before a login.
      if (message.text().includes('401') && url.startsWith(`${portalUrl}/api/v1/auth/`)) return;
      if (this.toleratedAnswer !== null && message.text().includes(`a status of ${this.toleratedAnswer}`)) return;
      const expected = this.expectedAnswers.findIndex((status) => message.text().includes(`a status of ${status}`));
      if (expected !== -1) return void this.expectedAnswers.splice(expected, 1);
      this.faults.push(`console error at ${page.url()}: ${message.text()} (${url})`);
    });
    page.on('request', (request) => {
      const { origin } = new URL(request.url());
      if (!/^(data|blob):/.test(request.url()) && origin !== portalUrl && !this.otherOrigins.has(origin)) {
        this.faults.push(`request to another origin: ${request.url()}`);
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

  /** Opens the dashboard as the administrator. */
  static async openDashboard({ portalUrl, adminUser, adminPassword }: Access): Promise<PortalBrowser> {
    const browser = await PortalBrowser.open(portalUrl);
    try {
      await browser.page.goto('/');
      await browser.signIn(adminUser, adminPassword);
      await browser.page.getByTestId('truth-line').waitFor();
      return browser;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Marks the next response with this status as expected. */
  expectAnswer(status: number): void {
    this.expectedAnswers.push(status);
  }

  /** Marks any number of responses with this status as expected while `run` runs. */
  async whileExpecting(status: number, run: () => Promise<void>): Promise<void> {
    this.toleratedAnswer = status;
    try {
      await run();
    } finally {
      this.toleratedAnswer = null;
    }
  }

  /** Submits the credentials on the login page; does not wait for the outcome. */
  async signIn(user: string, password: string): Promise<void> {
    await this.page.getByTestId('login-user').fill(user);
    await this.page.getByTestId('login-password').fill(password);
    await this.page.getByTestId('login-submit').click();
  }

  /**
   * Takes screenshots of the page in both themes and several widths, as artefacts/product/<name>-<theme>-<width>.png. Returns the findings of
   * axe and elements wider than the screen, one line per finding.
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
        await this.page.waitForFunction(IS_LAID_OUT);
        await this.page.screenshot({ path: path.join(dir, `${name}-${theme}-${width}.png`) });
        const where = `${name}, ${theme}, ${width} px`;
        // A narrow page has the colours of a wide one; only its order and its parts may differ.
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
