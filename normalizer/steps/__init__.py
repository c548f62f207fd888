"""The steps of ``normalizer.pipeline``: one module each, one public function each."""
