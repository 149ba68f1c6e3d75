import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { CommandAnswers, CommandPaths, followCommand } from '@icmp-mon/commands/ui';
import { Failure } from '@icmp-mon/platform/ui-kit';

/** Traces that run now: their graph grows while rounds arrive. */
@Component({
  selector: 'icm-trace-run',
  imports: [CommandAnswers, CommandPaths, Failure, RouterLink],
  template: `
    @if (followed.failure(); as failure) {
      <icm-failure
        what="The command could not be loaded"
        [error]="failure.error"
        [sinceMs]="followed.view() ? failure.sinceMs : null"
        (retry)="followed.reload()"
      />
    }
    @if (followed.view(); as command) {
      <icm-command-paths [command]="command" [class.outdated]="followed.isOutdated()" />
      <section class="card" aria-labelledby="run-title" [class.outdated]="followed.isOutdated()">
        <div class="card-head">
          <h2 id="run-title">Agents</h2>
          <span class="tag" role="status" data-testid="run-state">{{ command.state }}</span>
          <span class="spread"></span>
          <a [routerLink]="['/commands', id()]">Command</a>
        </div>
        <icm-command-answers [command]="command" />
      </section>
    } @else if (!followed.failure()) {
      <p class="quiet" role="status">Loading the command …</p>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: var(--icm-space-4);
    }
  `,
})
export class TraceRun {
  /** Id of the command. */
  readonly id = input.required<string>();
  protected readonly followed = followCommand(() => this.id());
}
