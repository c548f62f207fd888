"""The normaliser's steps: one module, one public function each."""
