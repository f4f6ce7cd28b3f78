/** The phone's own store: what is to be sent, and what was known last. Survives closing the page. */
const NAME = "care-caregiver";
const VERSION = 2;

export type Store = "outbox" | "kept" | "fixes";

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const stores = request.result.objectStoreNames;
      if (!stores.contains("outbox")) request.result.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
      if (!stores.contains("kept")) request.result.createObjectStore("kept");
      // Fixes of the first version did not say whose they are: nobody's are sent.
      if (stores.contains("fixes")) request.result.deleteObjectStore("fixes");
      request.result.createObjectStore("fixes", { autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the phone's store cannot be opened"));
  });
  return opened;
}

/** Runs one request in its own transaction; resolves once the transaction is durable. */
export async function run<T>(store: Store, mode: IDBTransactionMode, act: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode, { durability: "strict" });
    const request = act(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("the phone's store refused"));
  });
}

export const keep = (key: string, value: unknown) => run("kept", "readwrite", (s) => s.put(value, key));
export const kept = <T>(key: string) => run<T | undefined>("kept", "readonly", (s) => s.get(key) as IDBRequest<T | undefined>);
export const forgetKept = () => run("kept", "readwrite", (s) => s.clear());
export const forgetFixes = () => run("fixes", "readwrite", (s) => s.clear());
