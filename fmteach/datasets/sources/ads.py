"""The click data sets: Criteo, Avazu and the small one of d2l.ai. None of them may be passed on."""

from __future__ import annotations

from fmteach.datasets.sources.source import Download, Remote, Source, Wanted

CRITEO_TERMS = (
    "Criteo's terms: for research, not for money, and the data may not be passed on. Read the "
    "terms where Criteo offers the data before you use it."
)
AVAZU_TERMS = (
    "The rules of Kaggle's competition, which you accept there: for the competition, research and "
    "teaching; the data may not be passed on."
)
CRITEO_CITATION = (
    "Criteo Labs (2014). Display Advertising Challenge. Kaggle. "
    "https://www.kaggle.com/c/criteo-display-ad-challenge"
)
AVAZU_CITATION = (
    "Steve Wang and Will Cukierski (2014). Click-Through Rate Prediction. Kaggle. "
    "https://www.kaggle.com/c/avazu-ctr-prediction"
)
BARS_CITATION = (
    " The parts: Jieming Zhu, Jinyang Liu, Shuai Yang, Qi Zhang, Xiuqiang He (2021). Open "
    "Benchmarking for Click-Through Rate Prediction. CIKM. https://doi.org/10.1145/3459637.3482486"
)
BARS = "https://huggingface.co/datasets/reczoo"


def _parts(train: str, valid: str, test: str) -> tuple[Wanted, ...]:
    md5 = {"train.csv": train, "valid.csv": valid, "test.csv": test}
    return tuple(Wanted(name, value) for name, value in md5.items())


ADS = (
    Source(
        name="criteo-100k",
        group="Criteo",
        title="Criteo, a sample of 100,000 rows",
        brief="a sample of 100,000 rows",
        about="100,000 rows of the Criteo display advertising data: 13 numbers and 26 categories "
        "each. The size for a classroom.",
        in_short="Criteo; not to be passed on",
        terms=CRITEO_TERMS,
        citation=CRITEO_CITATION,
        unpacked=25_000_000,
        said_size=8_800_000,
        files=(Wanted("dac_sample.txt"),),
        origins=(
            Download(
                (
                    Remote(
                        "https://github.com/recommenders-team/datasets/raw/main/Criteo/"
                        "dac_sample.tar.gz",
                        "git-blob-sha1:071beac319f1a836b0eb2d961e4fc5f5a1e5603e",
                    ),
                )
            ),
        ),
    ),
    Source(
        name="criteo-full",
        group="Criteo",
        title="Criteo Display Advertising (Kaggle 2014)",
        brief="45,840,617 rows in the order of time",
        about="45,840,617 labelled rows of one week, in the order of time: 13 numbers and 26 "
        "categories each; 25.62 % are clicks. The test file of the competition has no labels and "
        "is left out.",
        in_short="Criteo; not to be passed on",
        terms=CRITEO_TERMS,
        citation=CRITEO_CITATION,
        unpacked=11_200_000_000,
        said_size=4_576_820_670,
        files=(Wanted("train.txt", "4dcfe6c4b7783585d4ae3c714994f26a"),),
        origins=(
            Download(
                (
                    Remote(
                        "https://go.criteo.net/"
                        "criteo-research-kaggle-display-advertising-challenge-dataset.tar.gz"
                    ),
                )
            ),
            Download((Remote("https://ndownloader.figshare.com/files/10082655"),)),
        ),
    ),
    Source(
        name="criteo-x4",
        group="Criteo",
        title="Criteo x4 (8:1:1, raw values)",
        brief="all rows split 8:1:1, raw values",
        about="All labelled rows of Criteo, split 8:1:1 at random as in the BARS benchmark. Values "
        "are as in the raw file.",
        in_short="Criteo; not to be passed on",
        terms=CRITEO_TERMS,
        citation=CRITEO_CITATION + BARS_CITATION,
        unpacked=11_500_000_000,
        files=_parts(
            "4a53bb7cbc0e4ee25f9d6a73ed824b1a",
            "fba5428b22895016e790e2dec623cb56",
            "cfc37da0d75c4d2d8778e76997df2976",
        ),
        origins=(Download((Remote(f"{BARS}/Criteo_x4/resolve/main/Criteo_x4.zip"),)),),
    ),
    Source(
        name="criteo-x1",
        group="Criteo",
        title="Criteo x1 (numbers scaled)",
        brief="all rows split, numbers scaled",
        about="All labelled rows of Criteo, split as in the BARS benchmark. The 13 numbers are "
        "already scaled.",
        in_short="Criteo; not to be passed on",
        terms=CRITEO_TERMS,
        citation=CRITEO_CITATION + BARS_CITATION,
        unpacked=13_000_000_000,
        said_size=2_890_000_000,
        files=_parts(
            "30b89c1c7213013b92df52ec44f52dc5",
            "f73c71fb3c4f66b6ebdfa032646bea72",
            "2c48b26e84c04a69b948082edae46f8c",
        ),
        origins=(Download((Remote(f"{BARS}/Criteo_x1/resolve/main/Criteo_x1.zip"),)),),
    ),
    Source(
        name="avazu-kaggle",
        group="Avazu",
        title="Avazu (Kaggle 2014)",
        brief="40,428,967 rows in the order of time",
        about="40,428,967 labelled rows of ten days, in the order of time: 22 categories and the "
        "hour; 16.98 % are clicks.",
        in_short="Kaggle; rules of the competition",
        terms=AVAZU_TERMS,
        citation=AVAZU_CITATION,
        unpacked=1_200_000_000,
        files=(Wanted("train.gz", begins="id,click,hour,C1,", also=("train.csv.gz",)),),
        get_it="It needs an account at Kaggle. Sign in, accept the rules of the competition at "
        "https://www.kaggle.com/c/avazu-ctr-prediction/data and download train.gz.",
    ),
    Source(
        name="avazu-x4",
        group="Avazu",
        title="Avazu x4 (8:1:1, raw columns)",
        brief="all rows split 8:1:1, raw columns",
        about="All labelled rows of Avazu, split 8:1:1 at random as in the BARS benchmark. Columns "
        "are as in the raw file.",
        in_short="Kaggle; rules of the competition",
        terms=AVAZU_TERMS,
        citation=AVAZU_CITATION + BARS_CITATION,
        unpacked=6_500_000_000,
        files=_parts(
            "de3a27264cdabf66adf09df82328ccaa",
            "33232931d84d6452d3f956e936cab2c9",
            "3ebb774a9ca74d05919b84a3d402986d",
        ),
        origins=(Download((Remote(f"{BARS}/Avazu_x4/resolve/main/Avazu_x4.zip"),)),),
    ),
    Source(
        name="avazu-x1",
        group="Avazu",
        title="Avazu x1 (7:1:2, coded as integers)",
        brief="all rows split 7:1:2, integer codes",
        about="All labelled rows of Avazu, split 7:1:2 as in the BARS benchmark. All "
        "values are coded as integers.",
        in_short="Kaggle; rules of the competition",
        terms=AVAZU_TERMS,
        citation=AVAZU_CITATION + BARS_CITATION,
        unpacked=5_000_000_000,
        files=_parts(
            "f1114a07aea9e996842c71648e0f6395",
            "d9568f246357d156c4b8030fadb8b623",
            "9e2fe9c48705c9315ae7a0953eb57acf",
        ),
        origins=(Download((Remote(f"{BARS}/Avazu_x1/resolve/main/Avazu_x1.zip"),)),),
    ),
    Source(
        name="d2l-ctr",
        group="d2l.ai",
        title="Advertising clicks of d2l.ai",
        brief="15,000 + 3,000 rows, 34 categories",
        about="15,000 rows to train on and 3,000 to test, with 34 categories; about half are "
        "clicks. The book Dive into Deep Learning trains its factorization machine on it.",
        in_short="no terms stated",
        terms="No terms are stated where it is offered. Use it to learn, and do not pass it on.",
        citation="Aston Zhang, Zachary C. Lipton, Mu Li, Alexander J. Smola (2023). Dive into Deep "
        "Learning. Cambridge University Press. https://d2l.ai",
        unpacked=8_000_000,
        files=(Wanted("train.csv"), Wanted("test.csv")),
        origins=(
            Download(
                (
                    Remote(
                        "http://d2l-data.s3-accelerate.amazonaws.com/ctr.zip",
                        "sha1:e18327c48c8e8e5c23da714dd614e390d369843f",
                    ),
                )
            ),
            Download(
                (
                    Remote(
                        "https://apache-mxnet.s3-accelerate.amazonaws.com/gluon/dataset/ctr/train.csv",
                        "sha1:6dec3052e49ce0d1cec5ebc6f5ded1172be0befb",
                    ),
                    Remote(
                        "https://apache-mxnet.s3-accelerate.amazonaws.com/gluon/dataset/ctr/test.csv",
                        "sha1:c265e3c1fad0ed4caf8c1a373c580465a8096eb0",
                    ),
                )
            ),
        ),
    ),
)
