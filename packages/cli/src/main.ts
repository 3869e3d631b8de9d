#!/usr/bin/env node
import { program } from "commander";

await program.name("coatcheck").parseAsync();
