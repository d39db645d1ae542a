"""The MovieLens data sets of GroupLens, from 100,000 to 32 million ratings."""

from __future__ import annotations

from fmteach.datasets.sources.source import Download, Origin, Remote, Source, Wanted, Wheel

SITE = "https://files.grouplens.org/datasets/movielens"
CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan (2015). The MovieLens Datasets: History and Context. "
    "ACM Transactions on Interactive Intelligent Systems 5, 4, Article 19. "
    "https://doi.org/10.1145/2827872"
)
IN_SHORT = "GroupLens; not for money"
TERMS = (
    "For research, not for money: no commercial use without permission of GroupLens. No "
    "endorsement by the University of Minnesota or GroupLens may be claimed. A publication cites "
    "the source. "
)
BINDING = (
    "The binding text is the README of the data set at https://grouplens.org/datasets/movielens/."
)
NOT_ON = "The data may not be passed on without permission of GroupLens. "
ON = "The data may be passed on under these same conditions. "
CSV = (
    Wanted("ratings.csv", begins="userId,movieId,rating,timestamp"),
    Wanted("movies.csv", begins="movieId,title,genres"),
)


def _films(
    name: str,
    title: str,
    brief: str,
    about: str,
    hash: str,
    size: int,
    unpacked: int,
    files: tuple[Wanted, ...] = CSV,
    *more: Origin,
    passed_on: str = "",
) -> Source:
    first = Download((Remote(f"{SITE}/{name}.zip", hash, size),))
    return Source(
        name=name,
        group="MovieLens",
        title=title,
        brief=brief,
        about=about,
        in_short=IN_SHORT,
        terms=TERMS + passed_on + BINDING,
        citation=CITATION,
        unpacked=unpacked,
        files=files,
        origins=(first, *more),
    )


FILMS = (
    _films(
        "ml-latest-small",
        "MovieLens latest-small (2018)",
        "100,836 ratings, edition of 2018",
        "100,836 ratings of 9,724 films by 610 users, 1996 to 2018. Another edition than the one "
        "that comes with the course: their scores cannot be compared.",
        "sha256:696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436",
        978_202,
        3_000_000,
        passed_on=ON,
    ),
    _films(
        "ml-100k",
        "MovieLens 100K",
        "100,000 ratings; age, gender, job",
        "100,000 ratings of 1,682 films by 943 users, 1997 to 1998, with age, gender and "
        "occupation. The published splits u1 to u5, ua and ub are made from it.",
        "sha256:50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
        4_924_029,
        2_300_000,
        (Wanted("u.data", "6e47046882bad158b0efbb84cd5cb987"), Wanted("u.item"), Wanted("u.user")),
        Wheel(
            "recbole==1.2.1",
            "sha256:9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407",
            2_130_151,
            make="ml-100k",
        ),
        passed_on=NOT_ON,
    ),
    _films(
        "ml-1m",
        "MovieLens 1M",
        "1,000,209 ratings; age, gender, job",
        "1,000,209 ratings of 3,706 films by 6,040 users, 2000 to 2003, with age, gender and "
        "occupation.",
        "sha256:a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20",
        5_917_549,
        25_000_000,
        (Wanted("ratings.dat"), Wanted("movies.dat"), Wanted("users.dat")),
        passed_on=NOT_ON,
    ),
    _films(
        "ml-20m",
        "MovieLens 20M",
        "20,000,263 ratings, until 2015",
        "20,000,263 ratings of 26,744 films by 138,493 users, 1995 to 2015.",
        "sha256:96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3",
        198_702_078,
        540_000_000,
    ),
    _films(
        "ml-25m",
        "MovieLens 25M",
        "25,000,095 ratings, until 2019",
        "25,000,095 ratings of 59,047 films by 162,541 users, 1995 to 2019.",
        "sha256:8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa",
        261_978_986,
        690_000_000,
    ),
    _films(
        "ml-32m",
        "MovieLens 32M",
        "32,000,204 ratings, until 2023",
        "32,000,204 ratings of 84,432 films by 200,948 users, 1995 to 2023.",
        "md5:d472be332d4daa821edc399621853b57",
        238_950_008,
        890_000_000,
    ),
)
