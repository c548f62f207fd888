"""The settings of one inbox at Amazon SES; they draw the admin form and are checked from here."""

from typing import Annotated

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From the AWS console. The inbox's address is the one that customers write to."""

    access_key_id: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Access key id",
            description="Of a user who may send by SES (and read, list, delete in the bucket)",
        ),
    ]
    secret_access_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Secret access key",
            description="Shown once when the access key is made",
            extra={"secret": True},
        ),
    ]
    region: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Region",
            description="Such as eu-west-1",
            pattern="^[A-Za-z0-9_-]+$",
        ),
    ]
    topic_arns: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="SNS topics",
            description="arn:aws:sns:..., with commas; messages of other topics are refused",
        ),
    ]
    bucket: Annotated[
        str,
        msgspec.Meta(
            title="S3 bucket",
            description="Into which the receipt rule puts mails; each is deleted once it is stored",
        ),
    ] = ""
    prefix: Annotated[str, msgspec.Meta(title="Object key prefix")] = ""
    configuration_set: Annotated[
        str, msgspec.Meta(title="Configuration set", description="It reports what became of mails")
    ] = ""
    endpoint: Annotated[
        str, msgspec.Meta(title="API address", description="Only for compatible services")
    ] = ""
