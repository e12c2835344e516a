variable "name" {
  description = "Name of the VPC; its parts are named after it."
  type        = string
}

variable "cidr" {
  description = "The VPC's addresses; each subnet gets a sixteenth of them."
  type        = string
}

variable "zones" {
  description = "Availability zones, one private subnet in each."
  type        = number
}

variable "existing" {
  description = "A VPC that is there already, used instead of a new one; null: make one. endpoint_security_group_id is the group of the endpoints that it has; new ones join it."
  type = object({
    vpc_id                     = string
    private_subnet_ids         = list(string)
    route_table_ids            = list(string)
    endpoint_security_group_id = optional(string)
  })
  default = null
}

variable "gateway_endpoints" {
  description = "Services reached through the route table."
  type        = set(string)
}

variable "interface_endpoints" {
  description = "Services reached by an address in each subnet."
  type        = set(string)
}
