// Calls /api/v1 with the session: CSRF token, the tenant's name, problem+json as an error with a message for people.
import { text } from "./texts.js";

const { api: root, tenant, csrf } = document.body.dataset;

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || text("failed"));
    this.status = status;
    this.code = body.code || "";
    this.body = body;
  }
}

export class Unreachable extends Error {}

export async function call(path, { method = "GET", body, key, etag, signal } = {}) {
  const headers = { Accept: "application/json", "X-Tenant": tenant };
  if (method !== "GET") headers["X-CSRFToken"] = csrf;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (etag) headers["If-Match"] = etag;
  const answer = await send(root + path, { method, headers, signal, body: JSON.stringify(body) });
  const data = await read(answer);
  if (!answer.ok) throw new Problem(answer.status, data);
  return { status: answer.status, data, etag: answer.headers.get("ETag") };
}

async function send(url, options) {
  const limit = AbortSignal.timeout(15000);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  try {
    return await fetch(url, { ...options, signal, credentials: "same-origin" });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Unreachable(text("offline"), { cause: error });
  }
}

async function read(answer) {
  const kind = answer.headers.get("Content-Type") || "";
  return kind.includes("json") ? answer.json() : {};
}
