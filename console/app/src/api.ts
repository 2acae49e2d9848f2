// The JSON API, with failures as one kind of error.

import type { Failure } from "./types.ts";

export class ApiError extends Error {
  readonly hint: string;
  constructor(failure: Failure) {
    super(failure.error);
    this.hint = failure.hint;
  }
}

export async function call<T>(path: string, method = "GET", body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, signal: signal ?? null };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError({ error: "The console does not answer.", hint: "Check that Weir still runs; this page goes on by itself when it is back." });
  }
  const json: unknown = await response.json().catch(() => null);
  if (response.ok) return json as T;
  const failure = json as Partial<Failure> | null;
  throw new ApiError({ error: failure?.error ?? `The console answered ${response.status}.`, hint: failure?.hint ?? "Reload the page." });
}

export const segment = encodeURIComponent;
