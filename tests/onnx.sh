#!/usr/bin/env bash
# tests/onnx.sh MODELS: exported trees are asked through onnxruntime (from npm) and must answer as we do, within 1e-5. Skipped where it is
# missing: tools/packages tests/onnx brings it.
set -euo pipefail
if ! command -v node >/dev/null || ! [ -d tests/onnx/node_modules/onnxruntime-node ]; then
    echo "skipped: onnxruntime-node is missing (tools/packages tests/onnx)"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" "$folder" >"$folder/list"
node tests/onnx/ask.js "$folder"
