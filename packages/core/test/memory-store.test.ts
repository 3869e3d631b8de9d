import { memoryStore } from "@coatcheck/core";
import { storeConformance } from "@coatcheck/testing";
import { describe, it } from "vitest";

storeConformance({ describe, it }, { name: "memoryStore", create: () => ({ store: memoryStore() }) });
