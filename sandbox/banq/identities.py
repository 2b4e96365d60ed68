"""Who exists at this Banq: one integrator with its account spaces, three customers and a crowd."""

from dataclasses import dataclass
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

CLIENT_ID = "meadow-open-api-client"
USERNAME = "api@sunny-meadow.example"
PASSWORD = "meadow-api-password"
AUDIENCE = "https://banq.com/open/api/"

ACCOUNT_SPACE_ID = "5b0c6a3e-8f41-4d0f-9a56-2f4f3f9f7a01"
PLATFORM_ID = "c3d1f5a8-6a3b-4f0e-8f7d-91c2b7e4d001"
SECOND_ACCOUNT_SPACE_ID = "5b0c6a3e-8f41-4d0f-9a56-2f4f3f9f7a02"
SECOND_PLATFORM_ID = "c3d1f5a8-6a3b-4f0e-8f7d-91c2b7e4d002"
THIRD_ACCOUNT_SPACE_ID = "5b0c6a3e-8f41-4d0f-9a56-2f4f3f9f7a03"
THIRD_PLATFORM_ID = "c3d1f5a8-6a3b-4f0e-8f7d-91c2b7e4d003"
FOURTH_ACCOUNT_SPACE_ID = "5b0c6a3e-8f41-4d0f-9a56-2f4f3f9f7a04"
FOURTH_PLATFORM_ID = "c3d1f5a8-6a3b-4f0e-8f7d-91c2b7e4d004"
PERSONAL_ACCOUNT_SPACE_ID = "5b0c6a3e-8f41-4d0f-9a56-2f4f3f9f7a00"
PERSONAL_IDENTITY_ID = "c3d1f5a8-6a3b-4f0e-8f7d-91c2b7e4d000"

CUSTOMER_PASSWORD = "meadow"


@dataclass(frozen=True)
class AccountSpace:
    id: str
    identity_id: str
    name: str
    type: Literal["personal", "merchant"]


@dataclass(frozen=True)
class Customer:
    email: str
    name: str

    @property
    def user_id(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"banq-user:{self.email}"))

    def user_guid(self, platform_id: str) -> str:
        """The same for good for one customer and one platform."""
        return str(uuid5(NAMESPACE_URL, f"banq-user-token:{self.email}:{platform_id}"))


ADA = Customer("ada@meadow.example", "Ada Lindqvist")
BEN = Customer("ben@meadow.example", "Ben Okafor")
CLEO = Customer("cleo@meadow.example", "Cleo Marchetti")
CUSTOMERS = {customer.email: customer for customer in (ADA, BEN, CLEO)}

# The personal space comes first, so that taking the first one is seen to be wrong.
ACCOUNT_SPACES = {
    space.id: space
    for space in (
        AccountSpace(PERSONAL_ACCOUNT_SPACE_ID, PERSONAL_IDENTITY_ID, "Maya Holm", "personal"),
        AccountSpace(ACCOUNT_SPACE_ID, PLATFORM_ID, "Sunny Meadow", "merchant"),
        AccountSpace(SECOND_ACCOUNT_SPACE_ID, SECOND_PLATFORM_ID, "Sunny Meadow Market", "merchant"),
        AccountSpace(THIRD_ACCOUNT_SPACE_ID, THIRD_PLATFORM_ID, "Sunny Meadow Games", "merchant"),
        AccountSpace(FOURTH_ACCOUNT_SPACE_ID, FOURTH_PLATFORM_ID, "Sunny Meadow Music", "merchant"),
    )
}
PLATFORMS = {space.identity_id: space for space in ACCOUNT_SPACES.values() if space.type == "merchant"}


def crowd(count: int) -> tuple[Customer, ...]:
    """Further customers, for tests with many people; the pages offer only the named three."""
    return tuple(
        Customer(f"member-{number:03}@meadow.example", f"Member {number}") for number in range(1, count + 1)
    )
