import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import {
  type BulkJobDetail,
  IMPORT_LINES_PAGE_MAX,
  IMPORT_TYPES,
  type ImportFormat,
  type ImportLine,
  type ImportLinePage,
  type ImportMode,
  type ImportOutcome,
} from '@icmp-mon/targets/contract';
import { firstValueFrom, type Observable, takeUntil } from 'rxjs';
import { formatOf } from './import-text';
import { TARGETS_PATH } from './targets.client';

/** Bytes at the start of a file from which its format is found. */
const START_BYTES = 1_024;
/** Lines of one page. */
const LINES_SHOWN = 100;

/** A file to import. */
export interface ImportFile {
  content: Blob;
  format: ImportFormat;
  mode: ImportMode;
}

export interface AskedLines {
  jobId: string;
  outcome: ImportOutcome;
  cursor: string | null;
}

/** A chosen file cannot be read, in the shape of a refused request. */
class UnreadableFile extends Error {
  readonly status = 400;
  readonly error = {
    title: 'The file could not be read',
    detail: 'It was changed, moved or removed after it was chosen. Choose it again.',
  };
}

/** Client of imports and the results of their lines. */
@Injectable({ providedIn: 'root' })
export class ImportClient {
  private readonly http = inject(HttpClient);

  /** Finds the format of a file. Refused like a request if the file cannot be read. */
  async readFormat(content: Blob): Promise<ImportFormat> {
    try {
      return formatOf(await content.slice(0, START_BYTES).text());
    } catch (failure) {
      throw new UnreadableFile('A chosen file cannot be read.', { cause: failure });
    }
  }

  /** Sends the file, and returns the job; null if `stopped` emitted before. */
  async startImport(file: ImportFile, dryRun: boolean, stopped: Observable<void>): Promise<BulkJobDetail | null> {
    await this.readFormat(file.content);
    const headers = { 'Content-Type': IMPORT_TYPES[file.format] };
    const params = { mode: file.mode, dryRun };
    const sent = this.http.post<BulkJobDetail>(`${TARGETS_PATH}:import`, file.content, { headers, params });
    return firstValueFrom(sent.pipe(takeUntil(stopped)), { defaultValue: null });
  }

  /** Reads one page of the lines with an outcome, in the order of the file. */
  listLines(asked: () => AskedLines): HttpResourceRef<ImportLinePage | undefined> {
    return httpResource(() => {
      const { jobId, outcome, cursor } = asked();
      return { url: linesPath(jobId), params: { outcome, limit: LINES_SHOWN, ...(cursor !== null && { cursor }) } };
    });
  }

  /** Reads all refused lines, page by page. */
  async readRefused(jobId: string): Promise<ImportLine[]> {
    const lines: ImportLine[] = [];
    for (let cursor: string | null = null; ;) {
      const params = { outcome: 'refused', limit: IMPORT_LINES_PAGE_MAX, ...(cursor !== null && { cursor }) };
      const page: ImportLinePage = await firstValueFrom(this.http.get<ImportLinePage>(linesPath(jobId), { params }));
      lines.push(...page.items);
      if (page.next === null) return lines;
      cursor = page.next;
    }
  }
}

const linesPath = (jobId: string): string => `/api/v1/bulk-jobs/${encodeURIComponent(jobId)}/lines`;
