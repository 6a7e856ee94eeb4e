"""The learning of AMGAN (Ak et al., ICCV 2019), of its ablations and of its rivals, by one code."""
