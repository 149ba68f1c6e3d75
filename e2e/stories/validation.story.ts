import type { TierView } from '@icmp-mon/tiers/contract';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import type { ProductWalk } from './product-walk';
import { soon } from '../testing/soon';

const IP = '127.0.8.1';

let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;

const textOf = (testId: string) => page.getByTestId(testId).innerText();

/** A target must not answer pings, and does. */
export const validationStory = (opened: () => ProductWalk): void => {
  beforeAll(async () => {
    ({ product, browser, page } = opened());
    const { probeIntervalMs, probeTimeoutMs, agentSelection, verdictRule } = await product.callApi<TierView>(
      'GET',
      'tiers/fast',
    );
    const checks = [{ type: 'icmp_ping', expect: 'unreachable' }];
    const policy = { probeIntervalMs, probeTimeoutMs, checks, agentSelection, verdictRule };
    await product.callApi('POST', 'tiers', { name: 'silent', ...policy });
    await product.callApi('POST', 'targets', { ip: IP, tier: 'silent' });
  });

  afterAll(async () => {
    await product.callApi('DELETE', `targets/${IP}`);
    await product.callApi('DELETE', 'tiers/silent?successor=fast');
  });

  it('lists the check as violated, by status, with its evidence log', async () => {
    await page.goto('/targets');
    await page.getByTestId('validation').press('Enter');
    await expect.poll(() => textOf('validation-row'), soon).toMatch(/violated[^]*127\.0\.8\.1[^]*local: reply in/);
    await expect.poll(() => textOf('count-violated'), soon).toMatch(/violated\s*1$/);
    expect(await browser.inspect('validation')).toEqual([]);
    await page.getByTestId('count-untested').press('Enter');
    await expect.poll(() => page.getByRole('main').innerText(), soon).toContain('No checks match');
    await page.getByTestId('count-violated').press('Enter');
    await page.getByRole('link', { name: `Evidence log of ${IP}, icmp_ping` }).press('Enter');
    await expect.poll(() => textOf('evidence-open'), soon).toMatch(/open[^]*violated[^]*an agent got an answer/);
    expect(await browser.inspect('evidence')).toEqual([]);
  });

  it('shows the check at its target, which has no verdicts', async () => {
    await page.getByRole('link', { name: 'Target', exact: true }).press('Enter');
    await expect.poll(() => textOf('target-check'), soon).toMatch(/icmp_ping\s+violated/);
    await expect.poll(() => textOf('detail-status'), soon).toBe('unknown');
    expect(await page.getByRole('main').innerText()).toContain('None: every check of the tier expects no answer.');
    expect(await browser.inspect('target-must-not-answer')).toEqual([]);
  });
};
