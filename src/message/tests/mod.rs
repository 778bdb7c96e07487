mod local_corpora;
