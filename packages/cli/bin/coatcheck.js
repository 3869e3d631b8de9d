#!/usr/bin/env node
// A file that is there before anything is built: npm makes a command of no other.
import "../dist/main.js";
