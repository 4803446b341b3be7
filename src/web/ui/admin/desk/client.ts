/** Asks the box below `/api/admin/`; a refusal is thrown with the box's own sentence. */
import { strings } from "../strings";

/** Without an answer by then the box counts as unreachable, milliseconds. */
const PATIENCE = 20_000;

export class Refusal extends Error {
  constructor(
    /** 0: the box was not reached. */
    readonly status: number,
    sentence: string,
    /** The field that is wrong. */
    readonly field: string | null = null,
    /** Seconds until the next try is taken. */
    readonly retryAfter: number | null = null,
  ) {
    super(sentence);
  }
}

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** `patience`: for what takes its time, milliseconds. */
export async function ask<T>(method: Method, path: string, body?: unknown, patience = PATIENCE): Promise<T> {
  const headers: Record<string, string> = method === "GET" ? {} : { "content-type": "application/json" };
  return answer(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }, patience);
}

/** A file as it is. */
export async function send(path: string, file: Blob): Promise<void> {
  await answer(path, { method: "PUT", headers: { "content-type": file.type }, body: file });
}

/** A large file; `progress` hears which share of it is there. */
export function upload(path: string, file: Blob, progress: (share: number) => void, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // fetch() does not tell how much has been sent.
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/admin/${path}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total > 0 ? loaded / total : 0));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(refusal(request.status, read(request.responseText)));
    });
    for (const end of ["error", "abort", "timeout"] as const) {
      request.addEventListener(end, () => reject(new Refusal(0, strings.updates.broken)));
    }
    stop.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

async function answer<T>(path: string, request: RequestInit, patience = PATIENCE): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/admin/${path}`, {
      ...request,
      cache: "no-store",
      credentials: "same-origin",
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    throw new Refusal(0, strings.unreachable);
  }
  const text = await response.text().catch(() => "");
  const value = read(text);
  if (response.ok) return value as T;
  throw refusal(response.status, value);
}

function refusal(status: number, value: unknown): Refusal {
  const { error, field, retryAfter } = (value ?? {}) as Record<string, unknown>;
  return new Refusal(
    status,
    typeof error === "string" ? error : strings.failed,
    typeof field === "string" ? field : null,
    typeof retryAfter === "number" ? retryAfter : null,
  );
}

function read(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
