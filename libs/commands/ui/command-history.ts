import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Empty, Failure, keepLast, PageLinks, PageTrail, reloadEvery } from '@icmp-mon/platform/ui-kit';
import { CommandList } from './command-list';
import { CommandsClient } from './commands.client';

const AGAIN_MS = 5_000;

/** Page `/commands?target=&cursor=`: the commands of the last 30 days. */
@Component({
  selector: 'icm-command-history',
  imports: [CommandList, Empty, Failure, PageLinks, RouterLink],
  template: `
    <div class="page">
      <header class="page-head">
        <h1>Commands</h1>
        @if (target(); as ref) {
          <span class="tag mono">{{ ref }}</span>
          <a routerLink="/commands">All targets</a>
        }
      </header>
      @if (kept.failure(); as failure) {
        <icm-failure
          what="The commands could not be loaded"
          [error]="failure.error"
          [sinceMs]="kept.value() ? failure.sinceMs : null"
          (retry)="read.reload()"
        />
      }
      @if (kept.value(); as page) {
        <div class="card" [class.outdated]="kept.failure()">
          @if (page.items.length === 0) {
            <icm-empty what="No commands">
              <p>Open a target and choose Probe now. Commands are kept for 30 days.</p>
            </icm-empty>
          } @else {
            <icm-command-list [commands]="page.items" />
          }
        </div>
        <icm-page-links label="Pages of commands" [cursor]="cursor()" [next]="page.next" />
      } @else if (!kept.failure()) {
        <p class="quiet" role="status">Loading the commands …</p>
      }
    </div>
  `,
})
export class CommandHistory {
  readonly target = input<string>();
  readonly cursor = input<string>();
  private readonly asked = computed(() => {
    const [target, cursor] = [this.target(), this.cursor()];
    return { ...(target && { target }), ...(cursor && { cursor }) };
  });
  protected readonly read = inject(CommandsClient).listCommands(() => this.asked());
  protected readonly kept = keepLast(this.read, () => JSON.stringify(this.asked()));

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Commands' });
    reloadEvery(this.read, AGAIN_MS);
  }
}
