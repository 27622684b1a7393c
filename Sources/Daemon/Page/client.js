// Talks to the daemon: answers, commands, and the changes that it tells of.

const base = "/api/v1";
const place = "sluice-token";

/** What the daemon answered instead of what was asked for. */
export class Problem extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `the daemon answered ${status}`);
    this.status = status;
    this.code = problem.code ?? "";
    this.remedy = problem.remedy ?? "";
  }
}

/** Kept for this tab only. */
export function setToken(token) {
  sessionStorage.setItem(place, token);
}

function headers(more) {
  const token = sessionStorage.getItem(place);
  return token ? { ...more, Authorization: `Bearer ${token}` } : more;
}

async function ask(path, options) {
  const answer = await fetch(base + path, { cache: "no-store", ...options });
  if (!answer.ok) {
    let problem = {};
    try {
      problem = await answer.json();
    } catch {
      // Something between the daemon and here.
    }
    throw new Problem(answer.status, problem);
  }
  return answer;
}

/** What stands at a path; parts are escaped by `path`. */
export async function look(path, signal) {
  return (await ask(path, { headers: headers({}), signal })).json();
}

const kept = new Map();

/** The same of what changes seldom, and takes the daemon a while: asked for again once the last answer is a minute old. */
export async function lookSeldom(path, signal) {
  const known = kept.get(path);
  if (known && Date.now() - known.at < 60000) return known.answer;
  const answer = await look(path, signal);
  kept.delete(path);
  kept.set(path, { at: Date.now(), answer });
  // The oldest of more than anybody looks at in a minute.
  if (kept.size > 20) kept.delete(kept.keys().next().value);
  return answer;
}

/** The same as text. */
export async function read(path, signal) {
  return (await ask(path, { headers: headers({}), signal })).text();
}

/** Asks for something to be done. */
export async function command(path, body = {}) {
  const options = {
    method: "POST", headers: headers({ "Content-Type": "application/json" }), body: JSON.stringify(body),
  };
  return (await ask(path, options)).json();
}

/** A path of names, whatever is in them. */
export function path(...parts) {
  return `/${parts.map(encodeURIComponent).join("/")}`;
}

/** Returns when somebody can see the page. */
async function seen() {
  while (document.visibilityState === "hidden") {
    await new Promise((resume) => document.addEventListener("visibilitychange", resume, { once: true }));
  }
}

/**
 * Listens for changes, for ever. With fetch, since an EventSource can send no token; and only while the page is seen,
 * since a browser has six connections to a server for all of its tabs.
 *
 * @param heard called at everything that comes, with the revision, or null for a sign of life.
 * @param lost called when the daemon does not answer, with why; whether to ask again at once.
 */
export async function follow(heard, lost) {
  let pause = 500;
  for (;;) {
    await seen();
    const abort = new AbortController();
    const leave = () => document.visibilityState === "hidden" && abort.abort();
    document.addEventListener("visibilitychange", leave);
    let alarm;
    // Three heartbeats: then the connection is dead, whatever the system says.
    const wait = () => {
      clearTimeout(alarm);
      alarm = setTimeout(() => abort.abort(), 45000);
    };
    try {
      wait();
      const answer = await ask("/changes", { headers: headers({}), signal: abort.signal });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        wait();
        pause = 500;
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        for (const event of events) {
          const data = event.split("\n").find((line) => line.startsWith("data: "));
          heard(data ? Number(data.slice(6)) : null);
        }
      }
      lost(null);
    } catch (error) {
      if (document.visibilityState === "hidden" || (await lost(error))) continue;
    } finally {
      clearTimeout(alarm);
      document.removeEventListener("visibilitychange", leave);
    }
    await new Promise((resume) => {
      setTimeout(resume, pause);
      window.addEventListener("online", resume, { once: true });
    });
    pause = Math.min(pause * 2, 5000);
  }
}
