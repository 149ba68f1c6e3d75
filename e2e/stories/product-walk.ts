import type { TargetStatusView } from '@icmp-mon/status/contract';
import type { Page } from 'playwright-core';
import { freshAddress, NetworkFaults } from '../testing/network-faults';
import { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import { StatusFeed } from './status-feed';

/** Shared by the parts of the story of the product: a browser, and a target whose probes they disturb. */
export class ProductWalk {
  readonly address = freshAddress();
  readonly faults = new NetworkFaults(this.address);

  private constructor(
    readonly product: RunningProduct,
    readonly feed: StatusFeed,
    readonly browser: PortalBrowser,
  ) {}

  static async open(product: RunningProduct): Promise<ProductWalk> {
    const feed = await StatusFeed.open(product.access, product.topicPrefix);
    try {
      return new ProductWalk(product, feed, await PortalBrowser.open(product.access.portalUrl));
    } catch (error) {
      await feed.close();
      throw error;
    }
  }

  get page(): Page {
    return this.browser.page;
  }

  statusInList(): Promise<string> {
    return this.page.getByTestId(`status-${this.address}`).innerText();
  }

  statusInDetail(): Promise<string> {
    return this.page.getByTestId('detail-status').innerText();
  }

  async statusInApi(): Promise<string> {
    return (await this.product.callApi<TargetStatusView>('GET', `targets/${this.address}/status`)).status;
  }

  shownPath(): string {
    return new URL(this.page.url()).pathname;
  }

  async close(): Promise<void> {
    this.faults.undoAll();
    await this.browser.close();
    await this.feed.close();
  }
}
