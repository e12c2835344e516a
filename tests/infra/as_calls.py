"""Planned values as the calls that the provider makes of them, held against botocore's models of the services."""

from typing import Any

import botocore.session
from botocore.validate import ParamValidator


def complaints(service: str, operation: str, parameters: dict[str, Any]) -> str:
    """What botocore's model of the service finds wrong with a call's parameters; empty when nothing."""
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    assert shape is not None
    return str(ParamValidator().validate(parameters, shape).generate_report())


def serverless_cluster(values: dict[str, Any]) -> dict[str, Any]:
    """Of aws_msk_serverless_cluster: CreateClusterV2."""
    vpc, sasl = values["vpc_config"][0], values["client_authentication"][0]["sasl"][0]
    return {
        "ClusterName": values["cluster_name"],
        "Serverless": {
            "VpcConfigs": [
                {"SubnetIds": vpc["subnet_ids"], "SecurityGroupIds": vpc.get("security_group_ids") or []}
            ],
            "ClientAuthentication": {"Sasl": {"Iam": {"Enabled": sasl["iam"][0]["enabled"]}}},
        },
    }


def provisioned_cluster(values: dict[str, Any]) -> dict[str, Any]:
    """Of aws_msk_cluster: CreateCluster."""
    nodes, encryption = values["broker_node_group_info"][0], values["encryption_info"][0]
    transit, authentication = encryption["encryption_in_transit"][0], values["client_authentication"][0]
    disk = nodes["storage_info"][0]["ebs_storage_info"][0]["volume_size"]
    return {
        "ClusterName": values["cluster_name"],
        "KafkaVersion": values["kafka_version"],
        "NumberOfBrokerNodes": values["number_of_broker_nodes"],
        "EnhancedMonitoring": values["enhanced_monitoring"],
        "BrokerNodeGroupInfo": {
            "InstanceType": nodes["instance_type"],
            "ClientSubnets": nodes["client_subnets"],
            "StorageInfo": {"EbsStorageInfo": {"VolumeSize": disk}},
        },
        "ClientAuthentication": {
            "Sasl": {"Iam": {"Enabled": authentication["sasl"][0]["iam"]}},
            "Unauthenticated": {"Enabled": authentication["unauthenticated"]},
        },
        "EncryptionInfo": {
            "EncryptionAtRest": {"DataVolumeKMSKeyId": encryption["encryption_at_rest_kms_key_arn"]},
            "EncryptionInTransit": {
                "ClientBroker": transit["client_broker"],
                "InCluster": transit["in_cluster"],
            },
        },
    }
